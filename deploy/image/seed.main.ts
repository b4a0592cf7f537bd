import { readConfig, setting } from '@shop/platform/config/config.ts';
import { onOff, urlOf } from '@shop/platform/config/settings.ts';
import { joi } from '@shop/platform/http/schemas.ts';
import { seedShop } from '../local/seed.ts';

/** Loads the sample catalogue into a shop that runs in containers, once: `dir` is kept beside the shop's data. */
const settings = {
  SEED: setting<'on' | 'off'>('whether the sample catalogue is loaded', onOff('on')),
  SHOP_URL: setting<string>('the door of the shop', urlOf('http', 'https').required()),
  ADMIN_EMAIL: setting<string>('who loads it', joi.string().required()),
  ADMIN_PASSWORD: setting<string>('with which password', joi.string().required()),
};

const say = (sentence: string) => void process.stdout.write(`${sentence}\n`);

try {
  const { SEED, SHOP_URL: url, ADMIN_EMAIL: email, ADMIN_PASSWORD: password } = readConfig(settings, process.env);
  if (SEED === 'on') await seedShop({ url, admin: { email, password }, dir: '/var/lib/shop', report: say });
} catch (error) {
  process.stderr.write(`${(error as Error).message}\n`);
  process.exit(1);
}
