// Work that follows what is typed: one at a time, and then only the latest.

/** Return a function that does `work` with the latest arguments, once the last work is done. */
export function latest(work) {
  let waiting = null;
  let isRunning = false;
  return async (...given) => {
    waiting = given;
    if (isRunning) return;
    isRunning = true;
    try {
      while (waiting) {
        const next = waiting;
        waiting = null;
        await work(...next);
      }
    } finally {
      isRunning = false;
    }
  };
}

/** Return a function that does `work` once it has not been called for a while. */
export function settled(work, milliseconds) {
  let timer;
  return (...given) => {
    clearTimeout(timer);
    timer = setTimeout(() => work(...given), milliseconds);
  };
}
