import { entity } from './entities.ts';

/** Elements that stand on lines of their own. */
const blocks = new Set(
  (
    'address article aside blockquote body br caption dd details div dl dt fieldset figcaption figure footer form ' +
    'h1 h2 h3 h4 h5 h6 header hr html li main nav ol p pre section summary table tbody tfoot thead tr ul'
  ).split(' '),
);
const cells = new Set(['td', 'th']);
/** Elements whose content nobody reads. */
const silent = new Set([
  'script',
  'style',
  'template',
  'noscript',
  'iframe',
  'object',
  'svg',
  'head',
  'title',
  'textarea',
]);

/**
 * The text of an HTML fragment, as lines: block elements begin and end one, entities are characters, scripts and
 * styles are gone. It reads once from front to back, so its time grows with the length alone. What comes out is plain
 * text: it may well contain `<`, and whoever shows it as HTML has to escape it.
 */
export const htmlToText = (html: string): string => {
  // A body without any tag was written as text; its lines are meant.
  const markup = /<[a-z!/?]/i.test(html);
  let text = '';
  let at = 0;
  const take = (upTo: number) => {
    const raw = html.slice(at, upTo);
    text += entities(markup ? raw.replace(/\s+/g, ' ') : raw);
    at = upTo;
  };
  while (at < html.length) {
    const open = nextTag(html, at);
    take(open);
    if (open === html.length) break;
    const tag = readTag(html, open);
    at = silent.has(tag.name) && !tag.closing ? endOf(html, tag.name, tag.end) : tag.end;
    text += blocks.has(tag.name) ? '\n' : cells.has(tag.name) ? ' ' : '';
  }
  return tidy(text);
};

/** Where the next tag or comment begins; a `<` that no letter follows is just a character. */
const nextTag = (html: string, from: number): number => {
  const tag = /<[a-z!/?]/gi;
  tag.lastIndex = from;
  return tag.exec(html)?.index ?? html.length;
};

const readTag = (html: string, open: number): { name: string; closing: boolean; end: number } => {
  if (html.startsWith('<!--', open)) return { name: '', closing: false, end: after(html, '-->', open + 4) };
  const closing = html[open + 1] === '/';
  const named = /[a-z][a-z0-9-]*/iy;
  named.lastIndex = open + (closing ? 2 : 1);
  const name = named.exec(html)?.[0].toLowerCase() ?? '';
  return { name, closing, end: name ? tagEnd(html, open) : after(html, '>', open) };
};

/** Behind the `>` that ends a tag; one within quotes does not. A tag without an end takes the rest with it. */
const tagEnd = (html: string, open: number): number => {
  let quote = '';
  for (let at = open + 1; at < html.length; at += 1) {
    const character = html[at] ?? '';
    if (quote) quote = character === quote ? '' : quote;
    else if (character === '>') return at + 1;
    else if ((character === '"' || character === "'") && html[at - 1] === '=') quote = character;
  }
  return html.length;
};

const after = (html: string, end: string, from: number): number => {
  const found = html.indexOf(end, from);
  return found === -1 ? html.length : found + end.length;
};

/** Behind the closing tag of an element whose content is dropped. */
const endOf = (html: string, name: string, from: number): number => {
  const close = new RegExp(`</${name}(?=[\\s/>])`, 'gi');
  close.lastIndex = from;
  const found = close.exec(html);
  return found ? after(html, '>', found.index) : html.length;
};

const entities = (text: string): string =>
  text.replace(/&(#x[0-9a-f]{1,6}|#\d{1,7}|[a-z][a-z0-9]{1,31});/gi, (whole, name: string) => entity(name) ?? whole);

const tidy = (text: string): string =>
  text
    .replace(/\r\n?/g, '\n')
    .replace(/[\u2028\u2029]/g, '\n')
    .replace(/[^\S\n]+/g, ' ')
    .replace(/[\p{Cc}\p{Cs}]/gu, (control) => (control === '\n' ? control : ''))
    .replace(/ *\n */g, '\n')
    .replace(/\n{3,}/g, '\n\n')
    .trim();
