// One start: loads the handler that is named, has it answer the event, and says how long that took.
const [file, event] = process.argv.slice(2);
const before = performance.now();
const { handler } = require(file);
handler(JSON.parse(event)).then((result) => {
  const ms = performance.now() - before;
  process.stdout.write(`\n${JSON.stringify({ ms, result })}\n`, () => process.exit());
});
