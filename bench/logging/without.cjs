// In the place of Powertools' logger and metrics: as if there were none.
class Nothing {
  level = 28;
  info() {}
  warn() {}
  error() {}
}
module.exports = {
  Logger: Nothing,
  LogFormatter: Nothing,
  LogItem: Nothing,
  Metrics: Nothing,
  LogLevelThreshold: { SILENT: 28 },
};
