import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { StackFailed } from './errors.ts';
import { fetchKafka, kafkaVersion } from './kafka.fetch.ts';
import type { Server, ServerOptions } from './options.ts';
import { choosePort, freePort, isFree } from './ports.ts';
import { launch, untilReady } from './process.ts';
import { findProgram, runTool } from './tools.ts';

/** Recovery of the log after a crash is part of it. */
const readyMs = 90_000;
const oldestJava = 17;
/** Which cluster the folder belongs to; any name of this shape will do on one machine. */
const clusterId = 'c2hvcC1sb2NhbC1rYWZrYQ';

/** A further listener at port `to`, whose clients are told to come back through `port`. */
export interface KafkaDetour {
  port: number;
  to: number;
}

const detourListener = (at: number): string => `DETOUR${at + 1}`;

const listed = (detours: readonly KafkaDetour[], portOf: (detour: KafkaDetour) => number): string =>
  detours.map((detour, at) => `,${detourListener(at)}://127.0.0.1:${portOf(detour)}`).join('');

/**
 * One broker that is its own controller. Acknowledged messages survive kill -9: they are in the system's cache. Against
 * a power cut Kafka's answer is replication, which one broker hasn't got; it writes to disk when the system does.
 */
const settings = (
  data: string,
  port: number,
  controllerPort: number,
  detours: readonly KafkaDetour[],
): string => `process.roles=broker,controller
node.id=1
controller.quorum.voters=1@127.0.0.1:${controllerPort}
listeners=PLAINTEXT://127.0.0.1:${port},CONTROLLER://127.0.0.1:${controllerPort}${listed(detours, ({ to }) => to)}
advertised.listeners=PLAINTEXT://127.0.0.1:${port}${listed(detours, (detour) => detour.port)}
controller.listener.names=CONTROLLER
listener.security.protocol.map=CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT${detours.map((_, at) => `,${detourListener(at)}:PLAINTEXT`).join('')}
# Services make their topics at start and say how many partitions they have.
auto.create.topics.enable=false
num.partitions=6
offsets.topic.num.partitions=10
offsets.topic.replication.factor=1
transaction.state.log.num.partitions=10
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
group.initial.rebalance.delay.ms=0
# For so long a broker that was killed keeps its own next incarnation from registering.
broker.session.timeout.ms=4000
broker.heartbeat.interval.ms=1000
log.dirs=${data}
`;

const portsIn = (text: string): { port?: number; controllerPort?: number } => {
  const [, port, controllerPort] = /^listeners=PLAINTEXT:.*?:(\d+),CONTROLLER:.*?:(\d+)(?:,|$)/m.exec(text) ?? [];
  return { port: port ? Number(port) : undefined, controllerPort: controllerPort ? Number(controllerPort) : undefined };
};

/** @throws StackFailed when there is no Java, or an old one */
export const findJava = async (): Promise<string> => {
  const wish = `Kafka needs Java ${oldestJava} or newer: sudo apt-get install openjdk-17-jre-headless (or your system's own).`;
  const home = process.env.JAVA_HOME;
  const java = home ? await findProgram('java', [join(home, 'bin')]) : await findProgram('java');
  if (!java) throw new StackFailed(`There is no java ${home ? `in ${home}/bin` : 'on this machine'}. ${wish}`);
  let version = '';
  const onLine = (line: string) => {
    version ||= /version "(\d+)/.exec(line)?.[1] ?? '';
  };
  await runTool({ file: java, args: ['-version'], onLine, timeoutMs: 30_000 }).catch((error: Error) => {
    throw new StackFailed(`${java} does not run here. ${wish} ${error.message}`);
  });
  if (Number(version) < oldestJava) throw new StackFailed(`${java} is version ${version || 'unknown'}. ${wish}`);
  return java;
};

const javaArgs = (jars: string): string[] => [
  '-Xms128m',
  '-Xmx512m',
  '-XX:+UseSerialGC',
  // On a machine that the whole shop shares, the second compiler costs more than it brings.
  '-XX:TieredStopAtLevel=1',
  '-Djava.awt.headless=true',
  '-Dorg.slf4j.simpleLogger.defaultLogLevel=warn',
  '-Dorg.slf4j.simpleLogger.log.kafka.server.KafkaRaftServer=info',
  '-Dorg.slf4j.simpleLogger.showDateTime=true',
  "-Dorg.slf4j.simpleLogger.dateTimeFormat=yyyy-MM-dd'T'HH:mm:ss.SSS",
  '-cp',
  join(jars, '*'),
];

/** Gives new data their cluster's id; a repeat does nothing, a half-done one is done again. */
const format = async (java: string, jars: string, config: string): Promise<void> => {
  const args = ['format', '-t', clusterId, '-c', config, '--ignore-formatted'];
  await runTool({ file: java, args: [...javaArgs(jars), 'kafka.tools.StorageTool', ...args], timeoutMs: 60_000 });
};

/** Rejects unless the broker answers requests. */
export const askKafka = async (broker: string): Promise<void> => {
  // Loaded when it is needed: most commands do without, and should answer at once.
  const { Admin } = await import('@platformatic/kafka');
  const admin = new Admin({
    clientId: 'probe',
    bootstrapBrokers: [broker],
    retries: 0,
    connectTimeout: 1_000,
    requestTimeout: 2_000,
  });
  try {
    await admin.listTopics();
  } finally {
    await admin.close();
  }
};

/**
 * Starts Kafka in KRaft mode on 127.0.0.1, and resolves when it answers requests. `url` is `host:port`, as
 * KAFKA_BROKERS has it; clients may come by `detours` too. For a second after the first start coordinators may still be loading: clients ask again.
 *
 * @throws StackFailed when there is no Java, when it can't be fetched, or does not start
 */
export const startKafka = async (options: ServerOptions & { detours?: readonly KafkaDetour[] }): Promise<Server> => {
  const { dir, logFile = join(dir, 'kafka.log'), report = () => {}, clock, detours = [] } = options;
  const [java, jars] = [await findJava(), await fetchKafka(report)];
  await mkdir(dir, { recursive: true });
  const config = join(dir, 'server.properties');
  const before = portsIn(await readFile(config, 'utf8').catch(() => ''));
  const port = await choosePort('Kafka', options.port, before.port);
  const { controllerPort = port } = before;
  const ownControllerPort =
    controllerPort !== port && (await isFree(controllerPort)) ? controllerPort : await freePort();
  const data = join(dir, 'data');
  await writeFile(config, settings(data, port, ownControllerPort, detours));
  const formatted = join(data, 'meta.properties');
  if (!(await readFile(formatted, 'utf8').catch(() => undefined))) {
    await rm(data, { recursive: true, force: true });
    await format(java, jars, config);
  }
  const args = [...javaArgs(jars), 'kafka.Kafka', config];
  const launched = await launch({ ...options, name: `Kafka ${kafkaVersion}`, file: java, args, cwd: dir, logFile });
  const url = `127.0.0.1:${port}`;
  await untilReady(launched, { probe: () => askKafka(url), withinMs: readyMs, clock });
  return { ...launched, port, url };
};
