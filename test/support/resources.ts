/** Numbers of what a process holds on to. */
export interface Resources {
  sockets: number;
  timers: number;
  /** Listeners of the process. */
  listeners: number;
}

/** Counts the open sockets, the timers and the listeners of this process. */
export function resources(): Resources {
  const active = process.getActiveResourcesInfo();
  const listeners = process.eventNames().reduce((total, name) => total + process.listenerCount(name), 0);
  return {
    sockets: active.filter((name) => name === "TCPSocketWrap").length,
    timers: active.filter((name) => name === "Timeout").length,
    listeners,
  };
}
