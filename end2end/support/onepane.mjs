// Starts the real server for a test, on a port and with a data folder of its own, and stops it.

import { spawn, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../', import.meta.url));

/** The server program: ONEPANE_BIN, else the debug build, else the release build. */
export function program() {
  const candidates = [process.env.ONEPANE_BIN, 'target/debug/onepane', 'target/release/onepane'];
  const found = candidates.filter(Boolean).map((candidate) => path.resolve(root, candidate)).find(existsSync);
  if (!found) throw new Error("no onepane program: run 'make e2e', which builds it, or set ONEPANE_BIN");
  return found;
}

/** A port that nothing listens on at the moment. */
export function freePort() {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}

/**
 * Starts `onepane serve` and waits until it is ready.
 *
 * Returns { url, dataDir, process, output(), run(args, input), stop() }: `output` is all that the server has written,
 * `run` runs another onepane command on the same data folder, `stop` ends the server as an operator would (SIGTERM),
 * returns its exit status, and removes the data folder.
 *
 * @param {object} [options]
 * @param {string[]} [options.args] more arguments of `onepane serve`, such as `--demo`
 * @param {Record<string, string>} [options.env] more environment
 * @param {string} [options.dataDir] a folder to use and keep; else a new one
 * @param {number} [options.timeout] milliseconds until ready
 */
export async function startOnepane({ args = [], env = {}, dataDir, timeout = 60_000 } = {}) {
  const folder = dataDir ?? (await mkdtemp(path.join(tmpdir(), 'onepane-e2e-')));
  const url = `http://127.0.0.1:${await freePort()}`;
  const serve = [
    'serve',
    '--listen', url.slice('http://'.length),
    '--data-dir', folder,
    '--site-dir', path.join(root, 'target/site'),
    ...args,
  ];
  const child = spawn(program(), serve, { cwd: folder, env: environment(env), stdio: ['ignore', 'pipe', 'pipe'] });
  let written = '';
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text) => (written += text));
  let failure;
  child.once('error', (error) => (failure = error));
  const ended = new Promise((resolve) => child.once('close', (code, signal) => resolve(code ?? signal)));
  // A test run that dies takes its servers along.
  const killed = () => child.kill('SIGKILL');
  process.once('exit', killed);

  const stop = async () => {
    if (child.exitCode === null && child.signalCode === null) child.kill('SIGTERM');
    const patience = setTimeout(killed, 15_000);
    const status = await ended;
    clearTimeout(patience);
    process.removeListener('exit', killed);
    if (!dataDir) await rm(folder, { recursive: true, force: true });
    return status;
  };

  const deadline = Date.now() + timeout;
  while (!(await answers(`${url}/readyz`))) {
    const gone = failure || child.exitCode !== null || child.signalCode !== null;
    if (gone || Date.now() > deadline) {
      const status = await stop();
      const why = failure?.message ?? (gone ? `ended with ${status}` : `was not ready within ${timeout} ms`);
      throw new Error(`onepane ${serve.join(' ')} ${why}; it wrote:\n${written}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return {
    url,
    dataDir: folder,
    process: child,
    output: () => written,
    run: (commandArgs, input) => runOnepane(commandArgs, { input, env, cwd: folder }),
    stop,
  };
}

/** Runs a onepane command to its end; returns { status, stdout, stderr }. */
export function runOnepane(args, { input, env = {}, cwd } = {}) {
  const result = spawnSync(program(), args, {
    cwd,
    input: input ?? '',
    env: environment(env),
    encoding: 'utf8',
    maxBuffer: 256 * 1024 * 1024,
  });
  if (result.error) throw result.error;
  return { status: result.status, stdout: result.stdout, stderr: result.stderr };
}

/** Ours, without settings of Onepane that whoever runs the tests has: only what the test says counts. */
function environment(more) {
  const inherited = Object.entries(process.env).filter(([name]) => !name.startsWith('ONEPANE_'));
  return { ...Object.fromEntries(inherited), ...more };
}

async function answers(url) {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(5000) });
    await response.arrayBuffer();
    return response.ok;
  } catch {
    return false;
  }
}
