/** A point that handlers wait at until the test lets them go on. */
export interface Latch {
  /** Resolves once `open` is called. */
  readonly opened: Promise<void>;
  /** Resolves once a handler waits. */
  readonly reached: Promise<void>;
  wait: () => Promise<void>;
  open: () => void;
}

export function latch(): Latch {
  let open!: () => void;
  let reach!: () => void;
  const opened = new Promise<void>((resolve) => (open = resolve));
  const reached = new Promise<void>((resolve) => (reach = resolve));
  return { opened, reached, open, wait: () => (reach(), opened) };
}
