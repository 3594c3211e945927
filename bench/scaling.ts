import { describeSteps } from './steps.ts';
import { putIntoPage } from './tables.ts';

await putIntoPage('docs/scaling.md', 'steps', await describeSteps());
console.log('docs/scaling.md has the steps as bench/results/warm.json and bench/limits.json say.');
