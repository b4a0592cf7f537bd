import { email, joi, plainText, readable, uuid } from '@shop/platform/http/schemas.ts';
import type { Account } from './domain.ts';
import { isPlainlySpelled, passwordLength } from './domain.ts';
import type { Credentials, SignedIn } from './service.ts';

/** Look-alikes are refused rather than normalised: what is sent must be the address that is meant. */
const address = email
  .custom((value: string, helpers) => (isPlainlySpelled(value) ? value : helpers.error('email.spelling')))
  .messages({ 'email.spelling': '{{#label}} must be written without compatibility or invisible characters' });

const password = joi.string().max(passwordLength.max).example('correct horse battery');

/** Counted in characters, as people and JSON Schema do: one beyond the first plane of Unicode is two for JavaScript. */
const longEnough = password.min(passwordLength.min).custom((value: string, helpers) => {
  const looksLongEnough = value.length >= passwordLength.min && [...value].length < passwordLength.min;
  return looksLongEnough ? helpers.error('string.min', { limit: passwordLength.min }) : value;
});

export const registration = joi.object<Credentials & { name: string }, true>({
  email: address.required(),
  password: longEnough.required(),
  name: plainText(200).pattern(readable, 'something to read').required().example('Ada Lovelace'),
});

/** A password that is too short to be one is a wrong one, not a malformed one. */
export const credentials = joi.object<Credentials, true>({ email: address.required(), password: password.required() });

export const refreshToken = joi.object<{ refreshToken: string }, true>({
  refreshToken: joi.string().max(200).required(),
});

export const user = joi
  .object<Account, true>({
    id: uuid.required(),
    email: email.allow(null).required(),
    name: plainText(200).allow(null).required(),
    role: joi.string().valid('guest', 'customer', 'admin').required(),
  })
  .meta({ component: 'User' });

const signedInFields = {
  accessToken: joi.string().required(),
  refreshToken: joi.string().required(),
  tokenType: joi.string().valid('Bearer').required(),
  expiresIn: joi.number().integer().min(1).required(),
  user: user.required(),
};

export const signedIn = joi.object<SignedIn, true>(signedInFields).meta({ component: 'Session' });

/** `cartMerged` only where a guest's token was sent along. */
export const loggedIn = joi.object<SignedIn & { cartMerged?: boolean }, true>({
  ...signedInFields,
  cartMerged: joi.boolean(),
});

export const jwks = joi.object<{ keys: object[] }, true>({
  keys: joi
    .array()
    .items(
      joi.object({
        kty: joi.string().required(),
        crv: joi.string().required(),
        x: joi.string().required(),
        kid: joi.string().required(),
        alg: joi.string().required(),
        use: joi.string().required(),
      }),
    )
    .required(),
});
