import { adminOf, DEFAULT_ADMIN } from '@shop/identity/config.ts';
import { DataFolderUnwritable, PostgresFailed, ShopAlreadyRunning } from '@shop/platform/postgres/server/errors.ts';
import { runProcess } from '@shop/platform/service/process.ts';
import { createLogger } from '@shop/platform/telemetry/logger.ts';
import { readEmbeddedConfig } from './config.ts';
import { startShop } from './shop.ts';

const { config, started } = await runProcess({
  read: () => readEmbeddedConfig(process.env),
  logger: ({ LOG_LEVEL }) => createLogger({ name: 'shop', level: LOG_LEVEL, pretty: process.stdout.isTTY }),
  start: startShop,
  known: [DataFolderUnwritable, PostgresFailed, ShopAlreadyRunning],
});
const { email, password } = adminOf(config);
process.stdout.write(`
The shop is open.
  Pages  ${started.hasPages ? `${started.url}/ and, for operators, ${started.url}/console` : 'not built; "npm run build" builds them, then start again'}
  API    ${started.url}/api/v1
  Docs   ${started.url}/docs
  Admin  ${email} with password ${password === DEFAULT_ADMIN.password ? password : 'your ADMIN_PASSWORD'}
  Ctrl-C ends it; everything is kept in ${config.DATA_DIR}.
`);
