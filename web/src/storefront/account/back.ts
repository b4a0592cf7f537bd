/** Stands for this site: only whether an address leads away from it counts. */
const HERE = 'https://shop.invalid';

/** A page of this site to come back to; anything else that an address may name is the catalogue. */
export const backOf = (search: URLSearchParams): string => {
  const back = search.get('back') ?? '/';
  // As browsers read it, who skip tabs and line ends, take \ for / and leave dots out.
  const place = URL.parse(back, HERE);
  if (!back.startsWith('/') || place?.origin !== HERE || place.pathname.startsWith('//')) return '/';
  return place.pathname + place.search;
};

/** What a link to these pages carries beside the address to come back to. */
export interface Errand {
  /** Opens it there again. */
  open?: 'cart';
}

interface Place {
  pathname: string;
  search: string;
}

const backTo = ({ pathname, search }: Place): string =>
  pathname === '/' && search === '' ? '' : `?back=${encodeURIComponent(pathname + search)}`;

export const signInPath = (place: Place): string => `/sign-in${backTo(place)}`;
export const registerPath = (place: Place): string => `/register${backTo(place)}`;
