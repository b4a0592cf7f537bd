import { type ProblemCode, type ProblemDetail, problems, type Refusal, refuse } from './problems.ts';

/** A refusal as RFC 9457 shows it; `instance` is the path it is about. */
export interface ProblemBody {
  type: string;
  title: string;
  status: number;
  code: string;
  detail: string;
  instance?: string;
  errors?: readonly Record<string, unknown>[];
  checkoutId?: string;
}

/** The problem+json body of a refusal. */
export const problemBody = ({ code, detail, errors, checkoutId }: Refusal, instance?: string): ProblemBody => {
  const [status, title] = problems[code];
  return {
    type: `urn:problem:${code.toLowerCase().replaceAll('_', '-')}`,
    title,
    status,
    code,
    detail: detail ?? `${title}.`,
    ...(instance ? { instance } : {}),
    ...(errors ? { errors } : {}),
    ...(checkoutId ? { checkoutId } : {}),
  };
};

const isProblemCode = (code: unknown): code is ProblemCode => typeof code === 'string' && Object.hasOwn(problems, code);

/**
 * The refusal that a problem+json body was made of, `retryAfter` being its header's; undefined for what is none. What
 * `problemBody` made up is not taken for a part of it.
 */
export const refusalIn = (body: unknown, retryAfter?: number): Refusal | undefined => {
  if (typeof body !== 'object' || body === null) return undefined;
  const { code, detail, errors, checkoutId } = body as Record<string, unknown>;
  if (!isProblemCode(code)) return undefined;
  return refuse(code, {
    ...(typeof detail === 'string' && detail !== `${problems[code][1]}.` && { detail }),
    ...(Array.isArray(errors) && { errors: errors as ProblemDetail[] }),
    ...(retryAfter !== undefined && { retryAfter }),
    ...(typeof checkoutId === 'string' && { checkoutId }),
  });
};
