import { rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { cached } from './cache.ts';
import { StackFailed } from './errors.ts';
import type { Report } from './options.ts';
import { findProgram, runTool } from './tools.ts';

export const toxiproxyVersion = '2.12.0';

const source = `github.com/Shopify/toxiproxy/v2/cmd/server@v${toxiproxyVersion}`;

/** The one of GOROOT where that is set; Go's own installer puts it where nobody's PATH leads. */
const findGo = async (): Promise<string | undefined> => {
  const root = process.env.GOROOT;
  if (root) return findProgram('go', [join(root, 'bin')]);
  return (await findProgram('go')) ?? (await findProgram('go', ['/usr/local/go/bin']));
};

const build = async (draft: string): Promise<void> => {
  const go = await findGo();
  if (!go)
    throw new StackFailed(
      `Toxiproxy ${toxiproxyVersion} is built with Go, but there is no go ${process.env.GOROOT ? `in ${process.env.GOROOT}/bin` : 'on this machine'}; ` +
        "install Go 1.23 or newer: sudo apt-get install golang (or your system's own).",
    );
  const env = {
    GOBIN: draft,
    // Its own, since not every user has a home that Go can write; they go with the draft.
    GOPATH: join(draft, 'path'),
    GOCACHE: join(draft, 'cache'),
    GOFLAGS: '-modcacherw',
  };
  try {
    // The machine has others to serve meanwhile.
    await runTool({ file: 'nice', args: ['-n', '19', go, 'install', source], cwd: draft, env });
  } catch (cause) {
    const { message } = cause as Error;
    throw new StackFailed(`Toxiproxy ${toxiproxyVersion} could not be built; is the network there? ${message}`, {
      cause,
    });
  }
};

/** The path of Toxiproxy, built from its source, whose checksum Go's own database knows, when it isn't in the cache. */
export const fetchToxiproxy = async (report: Report, folder?: string): Promise<string> => {
  const place = await cached({
    name: `toxiproxy-${toxiproxyVersion}`,
    what: `Toxiproxy ${toxiproxyVersion}`,
    report,
    folder,
    async fill(draft) {
      report(`Toxiproxy ${toxiproxyVersion}: building it with Go`);
      await build(draft);
      await rename(join(draft, 'server'), join(draft, 'toxiproxy'));
      for (const name of ['path', 'cache']) await rm(join(draft, name), { recursive: true, force: true });
      report(`Toxiproxy ${toxiproxyVersion}: built`);
    },
  });
  return join(place, 'toxiproxy');
};
