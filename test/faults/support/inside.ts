/**
 * Loaded into the service's process ahead of it (`--import`): what a program that does it harm has to know of
 * its memory, and a clock that can be moved on. The times in a token are read by `new Date()`, which it is not.
 */
const real = Date.now;
let ahead = 0;
Date.now = () => real() + ahead;

export type Order = { collect: true } | { moveOn: number };

process.on('message', (order: Order) => {
  if ('moveOn' in order) {
    ahead += order.moveOn;
    process.send?.({ moved: ahead });
    return;
  }
  // Twice: what has a finalizer goes with the second.
  gc?.();
  gc?.();
  process.send?.({ memory: process.memoryUsage() });
});
