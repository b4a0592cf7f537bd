import { describe, expect, expectTypeOf, it } from 'vitest';
import { joi } from '../http/schemas.ts';
import { ConfigError, readConfig, setting } from './config.ts';

const declaration = {
  PORT: setting('where the shop is served', joi.number().port().default(8080)),
  NAME: setting('what the shop is called', joi.string().required()),
  SECRET: setting('what services show each other', joi.string().min(16)),
  LIMITS: setting('whether rate limits count', joi.string<'on' | 'off'>().valid('on', 'off').default('on')),
};

const messageOf = (env: Record<string, string>): string => {
  try {
    readConfig(declaration, env);
  } catch (error) {
    expect(error).toBeInstanceOf(ConfigError);
    return (error as Error).message;
  }
  throw new Error('it was accepted');
};

describe('the configuration', () => {
  it('When variables are set, then they have their types, and defaults fill the rest', () => {
    const config = readConfig(declaration, { PORT: '9000', NAME: 'x', HOME: '/root' });
    expect(config).toEqual({ PORT: 9000, NAME: 'x', SECRET: undefined, LIMITS: 'on' });
    expectTypeOf(config.PORT).toEqualTypeOf<number>();
    expectTypeOf(config.LIMITS).toEqualTypeOf<'on' | 'off'>();
  });

  it('When a variable is empty, then it counts as absent', () => {
    expect(readConfig(declaration, { PORT: '', NAME: 'x' }).PORT).toBe(8080);
    expect(messageOf({ NAME: '' })).toContain('NAME is required');
  });

  it('When variables are wrong, then one message names each and says what it is for, without its value', () => {
    expect(messageOf({ PORT: '99999', SECRET: 'hunter2', LIMITS: 'maybe' })).toBe(
      'The configuration is not valid: PORT must be a valid port (where the shop is served); ' +
        'NAME is required (what the shop is called); ' +
        'SECRET length must be at least 16 characters long (what services show each other); ' +
        'LIMITS must be one of [on, off] (whether rate limits count).',
    );
  });

  it('When it was read, then nobody changes it', () => {
    const config = readConfig(declaration, { NAME: 'x' });
    expect(Object.isFrozen(config)).toBe(true);
  });
});
