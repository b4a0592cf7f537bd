/** Handles: the part of a product's address that people read, `[a-z0-9-]`, 1–120 characters, unique for good. */
export const handlePattern = /^[a-z0-9-]{1,120}$/;

const longest = 120;

/** Letters that Unicode does not take apart into a plain one and a mark. */
const plainLetters: Record<string, string> = {
  ß: 'ss',
  æ: 'ae',
  œ: 'oe',
  ø: 'o',
  đ: 'd',
  ð: 'd',
  ł: 'l',
  þ: 'th',
  ħ: 'h',
  ı: 'i',
};

/** The text in lower-case ASCII letters, digits and single hyphens; letters of other scripts are left out. */
export const slug = (text: string): string =>
  text
    .normalize('NFKD')
    .toLowerCase()
    .replace(/\p{M}/gu, '')
    .replace(/[ßæœøđðłþħı]/g, (letter) => plainLetters[letter] ?? '')
    .replace(/['’]/g, '')
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '');

/** The handle that a title asks for; `product` where nothing of it is left. */
export const handleOf = (title: string): string => slug(title).slice(0, longest).replace(/-+$/, '') || 'product';

/** What to try in place of a taken `handle`: numbers `from` to `to` appended, so `-2` comes first. */
export const numbered = (handle: string, from: number, to: number): string[] =>
  Array.from({ length: to - from + 1 }, (_, index) => {
    const suffix = `-${from + index}`;
    return handle.slice(0, longest - suffix.length).replace(/-+$/, '') + suffix;
  });
