/** Where handlers wait for each other, so that requests cross in the way that a trial means. */
export class Stage {
  readonly #meetings = new Map<
    string,
    { here: number; size: number; go: (() => void)[]; full: () => void }
  >();

  /**
   * Expects so many requests at a meeting. Whoever comes there waits.
   * @returns `allHere`, once they have come, and `go`, which lets them all go on.
   */
  meeting(name: string, size: number): { allHere: Promise<void>; go: () => void } {
    const meeting = { here: 0, size, go: [] as (() => void)[], full: () => {} };
    const allHere = new Promise<void>((resolve) => (meeting.full = resolve));
    this.#meetings.set(name, meeting);
    const go = () => {
      this.#meetings.delete(name);
      for (const each of meeting.go) each();
    };
    return { allHere, go };
  }

  /** A handler's slow work. */
  async slowWork(name: string): Promise<void> {
    const meeting = this.#meetings.get(name);
    if (meeting === undefined) return;
    await new Promise<void>((resolve) => {
      meeting.go.push(resolve);
      if (++meeting.here === meeting.size) meeting.full();
    });
  }
}
