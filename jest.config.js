import { replacements } from './scripts/replacements.ts';

// jose is published as ES modules only, which Jest cannot require: it is transformed like our own code.
const esModules = ['jose'];

/** @type {import('jest').Config} */
export default {
  roots: ['<rootDir>/test'],
  globalSetup: '<rootDir>/test/support/build.ts',
  // Half of the time goes by waiting for processes and for outages: Jest's own choice leaves a core idle.
  maxWorkers: '100%',
  // Tests start whole services, on machines that have other things to do.
  testTimeout: 180_000,
  testMatch: ['**/*.test.ts'],
  transform: {
    '\\.[jt]s$': [
      '@swc/jest',
      { jsc: { target: 'es2023', parser: { syntax: 'typescript' } }, module: { type: 'commonjs' } },
    ],
  },
  moduleNameMapper: Object.fromEntries(
    Object.entries(replacements).map(([name, file]) => [`^${name}$`, file]),
  ),
  transformIgnorePatterns: [`/node_modules/(?!(${esModules.join('|')})/)`],
};
