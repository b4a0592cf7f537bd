import type { ProblemCode } from '@shop/contracts/problems.ts';
import type { Schema } from 'joi';
import type { Route } from './route.ts';

/** The refusals that a route can answer without saying so: they come from what it declares otherwise. */
export const impliedCodes = ({ spec, method }: Route): ProblemCode[] => {
  const codes: ProblemCode[] = [
    'VALIDATION_FAILED',
    'UNAUTHENTICATED',
    'RATE_LIMITED',
    'HEADERS_TOO_LARGE',
    'INTERNAL',
    'UNAVAILABLE',
  ];
  if (spec.access === 'customer' || spec.access === 'admin') codes.push('FORBIDDEN');
  if (spec.body) codes.push('MALFORMED_JSON', 'BODY_TOO_LARGE', 'UNSUPPORTED_MEDIA_TYPE');
  if (spec.idempotencyKey === 'required') codes.push('IDEMPOTENCY_KEY_REQUIRED');
  if (spec.idempotencyKey) codes.push('IDEMPOTENCY_KEY_REUSED');
  if (spec.versioned && method !== 'get') codes.push('VERSION_CONFLICT');
  if (keysOf(spec.query).includes('cursor')) codes.push('INVALID_CURSOR');
  return codes;
};

const keysOf = (schema: Schema | undefined): string[] => Object.keys(schema?.describe().keys ?? {});
