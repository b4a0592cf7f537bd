// Makes .env for compose.yaml from .env.example, with random secrets. One that is there is never touched: its secrets are
// those of the data. Plain JavaScript, for any Node.
import { randomBytes } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';

const root = new URL('../', import.meta.url);

const made = {
  ADMIN_EMAIL: () => 'admin@example.com',
  ADMIN_PASSWORD: () => randomBytes(12).toString('base64url'),
  KAFKA_CLUSTER_ID: () => randomBytes(16).toString('base64url'),
};
const secret = () => randomBytes(24).toString('hex');

const text = readFileSync(new URL('.env.example', root), 'utf8').replace(
  /^([A-Z_]+)=$/gm,
  (_line, name) => `${name}=${(made[name] ?? secret)()}`,
);

try {
  writeFileSync(new URL('.env', root), text, { flag: 'wx', mode: 0o600 });
} catch (error) {
  if (error.code !== 'EEXIST') throw error;
  process.stderr.write('.env is there already and stays as it is; its secrets belong to the data that is there.\n');
  process.exit(1);
}
process.stdout.write('.env is made. ADMIN_EMAIL and ADMIN_PASSWORD in it sign in to the console.\n');
