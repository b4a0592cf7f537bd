import { readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { cached } from './cache.ts';
import { readChecksums, verify } from './checksums.ts';
import { StackFailed } from './errors.ts';
import type { Report } from './options.ts';
import { findProgram, runTool } from './tools.ts';

/** The newest that our client's makers test against (3.5.0 to 4.2.0, says its README); compose has the same. */
export const kafkaVersion = '4.2.0';

const plugin = 'org.apache.maven.plugins:maven-dependency-plugin:3.8.1';

const pom = `<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>local</groupId><artifactId>kafka</artifactId><version>1</version>
  <dependencies>
    <dependency><groupId>org.apache.kafka</groupId><artifactId>kafka_2.13</artifactId><version>${kafkaVersion}</version></dependency>
    <dependency><groupId>org.slf4j</groupId><artifactId>slf4j-simple</artifactId><version>1.7.36</version></dependency>
  </dependencies>
</project>
`;

const sayWhy = (error: StackFailed): StackFailed =>
  new StackFailed(
    `Kafka ${kafkaVersion} could not be fetched from Maven Central; is the network there? ${error.message}`,
    { cause: error },
  );

const download = async (draft: string, known: ReadonlySet<string>, report: Report): Promise<void> => {
  const mvn = await findProgram('mvn');
  if (!mvn)
    throw new StackFailed(
      `Kafka ${kafkaVersion} is fetched with Maven, but there is no mvn on this machine; ` +
        "install it: sudo apt-get install maven (or your system's own).",
    );
  await writeFile(join(draft, 'pom.xml'), pom);
  const seen = new Set<string>();
  const onLine = (line: string) => {
    const name = /(?:Downloaded from|Copying) .*?([^/ ]+[.]jar)/.exec(line)?.[1];
    if (!name || !known.has(name) || seen.has(name)) return;
    seen.add(name);
    if (seen.size % 10 === 0) report(`Kafka ${kafkaVersion}: ${seen.size} of ${known.size} files`);
  };
  const args = [
    '-B',
    '-Dstyle.color=never',
    // Its own, since not every user has a home that Maven can write; it goes with the draft.
    `-Dmaven.repo.local=${join(draft, 'repository')}`,
    `${plugin}:copy-dependencies`,
    `-DoutputDirectory=${join(draft, 'jars')}`,
  ];
  await runTool({ file: mvn, args, cwd: draft, onLine }).catch((error: StackFailed) => {
    throw sayWhy(error);
  });
};

/** Every jar is the one that we know, and there is no other. */
const verifyJars = async (folder: string, known: Map<string, string>): Promise<void> => {
  const found = await readdir(folder);
  const stranger = found.find((name) => !known.has(name));
  if (stranger) throw new StackFailed(`Kafka ${kafkaVersion} came with ${stranger}, which we don't know; not kept.`);
  for (const [name, sum] of known) await verify(join(folder, name), sum, name);
};

/** Kafka's jars: the folder that holds them, fetched from Maven Central when they aren't in the cache. */
export const fetchKafka = (report: Report, folder?: string): Promise<string> =>
  cached({
    name: `kafka-${kafkaVersion}`,
    what: `Kafka ${kafkaVersion}`,
    report,
    folder,
    async fill(draft) {
      const list = join(import.meta.dirname, `kafka-${kafkaVersion}.sha256`);
      const known = readChecksums(await readFile(list, 'utf8'));
      report(`Kafka ${kafkaVersion}: fetching ${known.size} files (43 MB) from Maven Central`);
      await download(draft, new Set(known.keys()), report);
      await verifyJars(join(draft, 'jars'), known);
      for (const name of known.keys()) await rename(join(draft, 'jars', name), join(draft, name));
      for (const name of ['pom.xml', 'jars', 'repository']) await rm(join(draft, name), { recursive: true });
      report(`Kafka ${kafkaVersion}: fetched, all checksums agree`);
    },
  });
