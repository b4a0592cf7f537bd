import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';

interface Response {
  content?: Record<string, object>;
}

interface Document {
  paths: Record<string, Record<string, { responses: Record<string, Response> }>>;
}

/** An answer that a client got. */
export interface Seen {
  method: string;
  /** With its query or not. */
  path: string;
  status: number;
  contentType: string | null;
  body: unknown;
}

const segments = (path: string): string[] => path.split('/');
const fits = (template: string, path: string): boolean => {
  const [wanted, given] = [segments(template), segments(path)];
  return wanted.length === given.length && wanted.every((part, at) => part.startsWith('{') || part === given[at]);
};
const parameters = (template: string): number => segments(template).filter((part) => part.startsWith('{')).length;

const pointer = (...parts: string[]): string =>
  `#/${parts.map((part) => encodeURIComponent(part.replaceAll('~', '~0').replaceAll('/', '~1'))).join('/')}`;

/** Compares answers with an OpenAPI document: says what is wrong with one, if anything is. */
export const contractOf = (document: Document): ((seen: Seen) => string | undefined) => {
  const ajv = new Ajv2020({ strict: false, allErrors: true, validateFormats: true });
  (addFormats as unknown as (ajv: Ajv2020) => void)(ajv);
  // The package knows ASCII addresses only.
  ajv.addFormat('idn-email', /^[^\s@]+@[^\s@]+$/);
  ajv.addSchema(document, 'openapi');
  const validators = new Map<string, ValidateFunction>();
  const validator = (ref: string): ValidateFunction => {
    const known = validators.get(ref) ?? ajv.compile({ $ref: `openapi${ref}` });
    validators.set(ref, known);
    return known;
  };
  const templates = Object.keys(document.paths).sort((a, b) => parameters(a) - parameters(b));

  return ({ method, path: whole, status, contentType, body }) => {
    const path = whole.split('?', 1)[0] ?? '';
    const template = templates.find((one) => fits(one, path));
    const responses = template && document.paths[template]?.[method.toLowerCase()]?.responses;
    // Unknown places and methods, and what Node refuses before it is a request, are no operation's answers.
    if (!template || !responses || status === 408) return undefined;
    const declared = responses[status];
    const what = `${method} ${template} answered ${status}`;
    if (!declared) return `${what}, which is not declared`;
    const type = contentType?.split(';', 1)[0]?.trim();
    if (!declared.content) return type && body !== '' ? `${what} with a body, declared without` : undefined;
    if (!type || !(type in declared.content)) return `${what} as ${type}, declared ${Object.keys(declared.content)}`;
    if (!type.endsWith('json') || type.endsWith('ndjson')) return undefined;
    const at = ['paths', template, method.toLowerCase(), 'responses', String(status), 'content', type, 'schema'];
    const valid = validator(pointer(...at));
    return valid(body) ? undefined : `${what} with another body than declared: ${ajv.errorsText(valid.errors)}`;
  };
};

const contracts = new Map<string, Promise<ReturnType<typeof contractOf>>>();

/** The contract of a running shop, read once. */
export const contractAt = (url: string): Promise<ReturnType<typeof contractOf>> => {
  const read = async () => contractOf((await (await fetch(`${url}/openapi.json`)).json()) as Document);
  const known = contracts.get(url) ?? read();
  contracts.set(url, known);
  known.catch(() => contracts.delete(url));
  return known;
};

/** `fetch` that notes in `complaints` what an answer has that the document of the shop does not; streams pass unread. */
export const comparing =
  (url: string, complaints: string[]): typeof fetch =>
  async (input, init) => {
    const response = await fetch(input, init);
    const contentType = response.headers.get('content-type');
    const isJson = contentType?.includes('json') && !contentType.includes('ndjson');
    const text = isJson ? await response.clone().text() : '';
    const { pathname: path } = new URL(String(input));
    const { status } = response;
    const seen = { method: init?.method ?? 'GET', path, status, contentType, body: text && JSON.parse(text) };
    const complaint = (await contractAt(url))(seen);
    if (complaint) complaints.push(complaint);
    return response;
  };
