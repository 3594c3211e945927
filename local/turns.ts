/** Work that is done one time after another; calls that come while one waits are served by it. */
export function inTurns(work: () => Promise<void>): () => Promise<void> {
  let turn: Promise<void> = Promise.resolve();
  let isQueued = false;

  return () => {
    if (isQueued) return turn;
    isQueued = true;
    turn = turn.then(() => {
      isQueued = false;
      return work();
    });
    return turn;
  };
}
