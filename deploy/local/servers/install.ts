import { StackFailed } from './errors.ts';
import type { Report } from './options.ts';
import { findProgram, runTool } from './tools.ts';

export interface Program {
  name: string;
  /** What it is part of, for people. */
  what: string;
  /** Debian's package that holds it. */
  debian: string;
  /** Homebrew's formula that holds it. */
  brew: string;
}

const wish = ({ name, what, debian, brew }: Program): string =>
  `${what} is needed, but there is no ${name} on this machine; install it: ` +
  (process.platform === 'darwin' ? `brew install ${brew}.` : `sudo apt-get install ${debian} (or your system's own).`);

const install = async (program: Program, report: Report): Promise<void> => {
  const env = { DEBIAN_FRONTEND: 'noninteractive' };
  const aptGet = (...args: string[]) =>
    // The package would start a server of its own, on a port that we may want.
    runTool({ file: 'apt-get', args, env: { ...env, RUNLEVEL: '1' }, timeoutMs: 300_000 });
  report(`${program.what}: installing Debian's ${program.debian}`);
  try {
    await aptGet('update', '-q');
    await aptGet('install', '-q', '-y', '--no-install-recommends', program.debian);
  } catch (cause) {
    throw new StackFailed(`${wish(program)} (${(cause as Error).message})`, { cause });
  }
};

/**
 * The path of a program of the system. Where it is missing, root on Debian has it installed; anybody else is told what
 * to install.
 */
export const systemProgram = async (program: Program, report: Report): Promise<string> => {
  const found = await findProgram(program.name);
  if (found) return found;
  const mayInstall = process.platform === 'linux' && process.getuid?.() === 0 && (await findProgram('apt-get'));
  if (!mayInstall) throw new StackFailed(wish(program));
  await install(program, report);
  const installed = await findProgram(program.name);
  if (!installed) throw new StackFailed(wish(program));
  return installed;
};
