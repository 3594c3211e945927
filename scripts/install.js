// Plain JavaScript, and nothing that a Node of 20.19 lacks: it runs before anything is installed.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';

const OLDEST = [20, 19];

const [major, minor] = process.versions.node.split('.').map(Number);
if (major < OLDEST[0] || (major === OLDEST[0] && minor < OLDEST[1])) {
  fail(`Node ${OLDEST.join('.')} or newer is needed to install; this is ${process.version}.`);
}

const reason = whyInstall();
if (reason) {
  console.error(`${reason}: running npm ci, once (about a minute)`);
  install();
}
checkRuntime();

/** What npm noted of its last install (its hidden lock file) must be what package-lock.json says. */
function whyInstall() {
  const installed = readPackages('node_modules/.package-lock.json');
  if (!installed) return 'Nothing is installed yet';
  const locked = readPackages('package-lock.json');
  if (!locked)
    fail('package-lock.json is missing or broken: git checkout package-lock.json brings it back.');
  for (const [path, { version, integrity, optional, link }] of Object.entries(locked)) {
    const found = installed[path];
    if (path === '' || link || (optional && !found)) continue;
    if (found?.version !== version || found?.integrity !== integrity || !existsSync(path)) {
      return `${path.replace(/^.*node_modules\//, '')} is not installed as package-lock.json has it`;
    }
  }
}

/** One that is not there, or was cut off while it was written, says nothing. */
function readPackages(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8')).packages;
  } catch {
    return undefined;
  }
}

function install() {
  const npm = process.env.npm_execpath;
  const options = { stdio: ['ignore', 2, 2], shell: !npm };
  const { status } = npm
    ? spawnSync(process.execPath, [npm, 'ci', '--no-audit'], options)
    : spawnSync('npm ci --no-audit', options);
  if (status !== 0)
    fail('npm ci failed: its own message above says why. Run it again once that is mended.');
}

/** Lambda's Node comes from npm for most machines; the others bring their own. */
function checkRuntime() {
  const bin = 'node_modules/.bin/node';
  if (existsSync(bin) || existsSync(`${bin}.cmd`) || major >= 24) return;
  fail(
    `npm has no Node 24 for ${process.platform} ${process.arch}, and this machine's is ${process.version}: install Node 24.`,
  );
}

function fail(message) {
  console.error(message);
  process.exit(1);
}
