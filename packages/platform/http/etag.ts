import { createHash } from 'node:crypto';

/** The tag of a versioned answer: the version decides on writes, the hash tells two renderings of one version apart. */
export const etagOf = (version: number, text: string): string =>
  `"${version}-${createHash('sha1').update(text).digest('base64url').slice(0, 16)}"`;

const tag = /^(?:W\/)?"(\d{1,15})(?:-[\x21\x23-\x7e]*)?"$/;

/** The version in an `If-Match` header, undefined for `*`. */
export const parseIfMatch = (header: string): number | undefined | 'malformed' => {
  const value = header.trim();
  if (value === '*') return undefined;
  const version = tag.exec(value)?.[1];
  return version === undefined ? 'malformed' : Number(version);
};

const weak = (value: string): string => value.trim().replace(/^W\//, '');

/** Whether `If-None-Match` names the tag (weak comparison, as RFC 9110 wants it for reads). */
export const isFresh = (ifNoneMatch: string | undefined, etag: string): boolean =>
  ifNoneMatch !== undefined &&
  (ifNoneMatch.trim() === '*' || ifNoneMatch.split(',').some((value) => weak(value) === weak(etag)));
