// Work that follows what is typed: one at a time, and then only the latest.

/** Return a function that does `work`, and again if it is called meanwhile; it returns when all is done. */
export function latest(work) {
  let isWaiting = false;
  let running = null;
  const run = async () => {
    while (isWaiting) {
      isWaiting = false;
      await work();
    }
  };
  return () => {
    isWaiting = true;
    running ??= run().finally(() => { running = null; });
    return running;
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
