import { problems, type Refusal } from './problems.ts';

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
