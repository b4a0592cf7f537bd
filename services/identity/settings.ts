import { AUTH_JWKS_URL } from '@shop/platform/config/settings.ts';
import { common, LAB, postgres, serviceUrl } from '@shop/platform/service/settings.ts';
import { adminSettings } from './config.ts';

/** Every environment variable of identity as a process of its own. */
export const settings = {
  ...common,
  ...postgres,
  ...adminSettings,
  /** Only where another issuer stands in for identity; otherwise the keys are its own. */
  AUTH_JWKS_URL,
  CART_URL: serviceUrl('cart'),
  LAB,
};
