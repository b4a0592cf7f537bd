import { ConfigError } from '@shop/platform/config/config.ts';
import { DataFolderUnwritable, PostgresFailed, ShopAlreadyRunning } from '@shop/platform/postgres/server/errors.ts';
import { createLogger, type Logger } from '@shop/platform/telemetry/logger.ts';
import { systemClock } from '@shop/platform/time/system.ts';
import { DEFAULT_ADMIN, type EmbeddedConfig, readEmbeddedConfig } from './config.ts';
import { type EmbeddedShop, startShop } from './shop.ts';

/** What stops a start is told in one sentence; anything else is a defect and shows its stack. */
const sentenceFor = (error: unknown, config?: EmbeddedConfig): string => {
  const known = [ConfigError, DataFolderUnwritable, PostgresFailed, ShopAlreadyRunning];
  if (known.some((type) => error instanceof type)) return (error as Error).message;
  const { code } = error as NodeJS.ErrnoException;
  const where = `${config?.HOST}:${config?.PORT}`;
  if (code === 'EADDRINUSE') return `Port ${config?.PORT} is taken; stop what uses it, or choose another PORT.`;
  if (code === 'EACCES') return `This user may not listen on ${where}; choose another PORT.`;
  if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND')
    return `${where} is no address of this machine; choose another HOST.`;
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
};

const fail = (error: unknown, config?: EmbeddedConfig): never => {
  process.stderr.write(`${sentenceFor(error, config)}\n`);
  process.exit(1);
};

const start = async (): Promise<{ shop: EmbeddedShop; config: EmbeddedConfig; logger: Logger }> => {
  let config: EmbeddedConfig | undefined;
  try {
    config = readEmbeddedConfig(process.env);
    const logger = createLogger({ name: 'shop', level: config.LOG_LEVEL, pretty: process.stdout.isTTY });
    const starting = startShop(config, logger);
    endOnSignals(starting, logger);
    return { shop: await starting, config, logger };
  } catch (error) {
    return fail(error, config);
  }
};

/** Whoever asks for the end sees it within ten seconds. */
const END_MS = 9_900;

/** Ctrl-C reaches Node twice under npm: whatever comes while the shop ends is the same wish. */
const endOnSignals = (starting: Promise<EmbeddedShop>, logger: Logger) => {
  let ending = false;
  const end = async (signal: string) => {
    if (ending) return;
    ending = true;
    logger.info({ signal }, 'ending');
    // A start that hangs must not keep a person from ending it; the next start mends what it left.
    void systemClock.sleep(END_MS).then(() => process.exit(1));
    const shop = await starting.catch(() => undefined);
    await shop?.stop();
    process.exit(shop ? 0 : 1);
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => void end(signal));
};

const { shop, config } = await start();
const password = config.ADMIN_PASSWORD ? 'your ADMIN_PASSWORD' : DEFAULT_ADMIN.password;
process.stdout.write(`
The shop is open.
  API    ${shop.url}/api/v1
  Docs   ${shop.url}/docs
  Admin  ${config.ADMIN_EMAIL ?? DEFAULT_ADMIN.email} with password ${password}
  Ctrl-C ends it; everything is kept in ${config.DATA_DIR}.
`);
