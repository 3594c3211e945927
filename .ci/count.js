// Prints how many cases of a Jest report passed and how many failed; no report is one failure.
import { readFileSync } from 'node:fs';

try {
  const report = JSON.parse(readFileSync(process.argv[2], 'utf8'));
  console.log(report.numPassedTests, report.numFailedTests + report.numRuntimeErrorTestSuites);
} catch {
  console.log(0, 1);
}
