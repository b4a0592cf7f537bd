/**
 * Product pictures, drawn rather than photographed: one shape a kind, tinted by a named colour, crisp at any size.
 * `picture('mug', 'blue')` is what `/pictures/mug.svg?tint=blue` answers.
 */

/** The colours that a picture can be tinted with, as hex. */
const palette: Record<string, string> = {
  black: '#2f343b',
  white: '#e9e6df',
  grey: '#8d959e',
  silver: '#b9c1c9',
  red: '#c8473f',
  coral: '#ee7d66',
  orange: '#e08a3c',
  mustard: '#d7a52f',
  green: '#4c8c5a',
  sage: '#9bb08f',
  teal: '#2b8a87',
  blue: '#3f74b8',
  navy: '#2c4270',
  lilac: '#a48cc4',
  pink: '#e3a1b2',
  sand: '#d8c3a0',
  brown: '#8c5f3f',
  copper: '#b87350',
};

/** In the shapes, `T` is the tint; light and shade are white and black laid over it, so that every tint works. */
const light = 'fill="#fff" fill-opacity=".28"';
const shade = 'fill="#000" fill-opacity=".16"';
const line = 'fill="none" stroke="T" stroke-linecap="round" stroke-linejoin="round"';

/** Each shape stands on y = 320 of a 400 × 400 field. */
const shapes: Record<string, string> = {
  mug: `<path d="M268 166h20a46 46 0 0 1 0 92h-20" ${line} stroke-width="20"/><path d="M112 130h164v150a40 40 0 0 1-40 40h-84a40 40 0 0 1-40-40z" fill="T"/><path d="M132 150h18v130a20 20 0 0 0 6 14 24 24 0 0 1-24-24z" ${light}/><ellipse cx="194" cy="130" rx="82" ry="14" fill="T"/><ellipse cx="194" cy="130" rx="82" ry="14" ${shade}/>`,
  shirt: `<path d="M150 96 92 124 62 194l44 18 16-30v138h156V182l16 30 44-18-30-70-58-28a52 40 0 0 1-100 0z" fill="T"/><path d="M150 96a52 40 0 0 0 100 0l-14-6a38 28 0 0 1-72 0z" ${shade}/><path d="M122 182v138h16V152zM278 182v138h-16V152z" ${shade}/>`,
  lamp: `<path d="M196 220h8v86h-8z" fill="#6b7178"/><path d="M136 320a64 16 0 0 1 128 0z" fill="#6b7178"/><path d="M160 90h80l56 132H104z" fill="T"/><path d="M160 90h22l-40 132h-38z" ${light}/><path d="M104 222h192v10H104z" ${shade}/><ellipse cx="200" cy="244" rx="54" ry="12" fill="#fbe9a9"/>`,
  bag: `<path d="M146 160v-16a54 54 0 0 1 108 0v16" ${line} stroke-width="14"/><path d="M104 154h192l16 166H88z" fill="T"/><path d="M104 154h26l-12 166H88z" ${light}/><path d="M150 222h100v62H150z" ${shade}/><circle cx="146" cy="176" r="6" fill="#fff"/><circle cx="254" cy="176" r="6" fill="#fff"/>`,
  notebook: `<rect x="112" y="84" width="180" height="236" rx="12" fill="T"/><path d="M124 84h22v236h-22a12 12 0 0 1-12-12V96a12 12 0 0 1 12-12z" ${shade}/><rect x="172" y="124" width="92" height="46" rx="5" fill="#fff" fill-opacity=".82"/><path d="M184 140h68M184 154h44" stroke="#8d959e" stroke-width="4"/><path d="M270 84h8v236h-8z" ${shade}/>`,
  cushion: `<path d="M96 128q104 26 208 0 12-2 10 12-22 74 0 148 2 14-12 12-102-26-204 0-14 2-12-12 22-74 0-148-2-14 10-12z" fill="T"/><path d="M116 146q84 18 168 0M116 282q84-20 168 0" fill="none" stroke="#fff" stroke-opacity=".45" stroke-width="5" stroke-dasharray="10 9"/><path d="m200 176 38 38-38 38-38-38z" ${light}/>`,
  headphones: `<path d="M104 232v-24a96 96 0 0 1 192 0v24" ${line} stroke-width="20"/><path d="M116 190a84 84 0 0 1 84-78" fill="none" stroke="#fff" stroke-opacity=".4" stroke-width="6" stroke-linecap="round"/><rect x="80" y="216" width="54" height="104" rx="26" fill="T"/><rect x="266" y="216" width="54" height="104" rx="26" fill="T"/><rect x="118" y="222" width="24" height="92" rx="12" fill="#2f343b"/><rect x="258" y="222" width="24" height="92" rx="12" fill="#2f343b"/>`,
  plant: `<g fill="#4c8c5a"><path d="M198 240C150 220 112 176 118 122c50 10 82 58 80 118z"/><path d="M202 240c48-20 86-64 80-118-50 10-82 58-80 118z"/><path d="M200 240c-34-50-34-112 0-164 34 52 34 114 0 164z" fill="#66a874"/></g><path d="M200 96v144" stroke="#3d7349" stroke-width="4"/><path d="M132 234h136l-18 86H150z" fill="T"/><path d="M132 234h136l-4 18H136z" ${shade}/><path d="M148 252h18l8 68h-24z" ${light}/>`,
  bottle: `<rect x="170" y="72" width="60" height="40" rx="8" fill="#2f343b"/><path d="M172 112h56v12q28 14 28 48v124a24 24 0 0 1-24 24h-64a24 24 0 0 1-24-24V172q0-34 28-48z" fill="T"/><path d="M160 176q0-20 14-32v160h-2a12 12 0 0 1-12-12z" ${light}/><path d="M144 238h112v34H144z" ${shade}/>`,
  tent: `<path d="M200 88 60 320h280z" fill="T"/><path d="M200 88 60 320h70z" ${light}/><path d="M200 88 340 320h-58z" ${shade}/><path d="m200 172-52 148h104z" fill="#2f343b"/><path d="m200 172-52 148h20zM200 172l52 148h-20z" ${light}/><path d="m200 88-10-16m10 16 10-16M60 320l-20 6m300-6 20 6" stroke="#6b7178" stroke-width="5" stroke-linecap="round"/>`,
  pan: `<path d="M262 236h104a11 11 0 0 1 0 22H262z" fill="#5b4a3c"/><path d="M56 214h224v40a66 66 0 0 1-66 66h-92a66 66 0 0 1-66-66z" fill="T"/><ellipse cx="168" cy="214" rx="112" ry="22" fill="T"/><ellipse cx="168" cy="214" rx="112" ry="22" ${shade}/><ellipse cx="168" cy="218" rx="92" ry="13" ${shade}/><path d="M74 246h16q2 32 24 52-38-10-40-52z" ${light}/><path d="M130 170q-12-18 0-36t0-36m40 72q-12-18 0-36t0-36m40 72q-12-18 0-36t0-36" fill="none" stroke="#8d959e" stroke-opacity=".5" stroke-width="6" stroke-linecap="round"/>`,
  hat: `<path d="M116 250c0-84 34-138 84-138s84 54 84 138z" fill="T"/><path d="M140 240c2-58 18-94 42-112-40 10-62 58-62 112z" ${light}/><rect x="98" y="238" width="204" height="66" rx="20" fill="T"/><rect x="98" y="238" width="204" height="66" rx="20" ${shade}/><path d="M130 250v42m28-42v42m28-42v42m28-42v42m28-42v42m28-42v42" stroke="#fff" stroke-opacity=".3" stroke-width="5" stroke-linecap="round"/><circle cx="200" cy="102" r="26" fill="T"/><circle cx="192" cy="94" r="10" ${light}/>`,
  pen: `<g transform="rotate(40 200 200)"><path d="M178 92a22 22 0 0 1 44 0v170h-44z" fill="T"/><path d="M184 92q0-10 8-14v184h-8z" ${light}/><path d="M178 168h44v12h-44z" ${shade}/><path d="m178 262 22 66 22-66z" fill="#c9a86a"/><path d="m193 308 7 20 7-20z" fill="#2f343b"/><path d="M222 96h9v80l-9-10z" fill="#8d959e"/></g><path d="M84 316q28-20 52 0t52 0" fill="none" stroke="T" stroke-width="6" stroke-linecap="round"/>`,
  blanket: `<path d="M84 270h232v24a20 20 0 0 1-20 20H104a20 20 0 0 1-20-20z" fill="T"/><path d="M84 270h232v24a20 20 0 0 1-20 20H104a20 20 0 0 1-20-20z" ${shade}/><rect x="84" y="206" width="232" height="62" rx="20" fill="T"/><rect x="84" y="142" width="232" height="62" rx="20" fill="T"/><rect x="84" y="206" width="232" height="62" rx="20" ${shade}/><path d="M236 142h28v172h-28z" ${light}/><path d="M104 162h104" stroke="#fff" stroke-opacity=".5" stroke-width="5" stroke-linecap="round" stroke-dasharray="12 10"/><path d="M244 314v14m12-14v14" ${line} stroke-width="4"/>`,
  speaker: `<rect x="120" y="76" width="160" height="244" rx="24" fill="T"/><rect x="120" y="76" width="26" height="244" rx="13" ${light}/><circle cx="200" cy="132" r="26" fill="#2f343b"/><circle cx="200" cy="132" r="10" fill="#8d959e"/><circle cx="200" cy="238" r="56" fill="#2f343b"/><circle cx="200" cy="238" r="36" fill="#454c55"/><circle cx="200" cy="238" r="14" fill="#8d959e"/>`,
  candle: `<path d="M200 84c20 24 26 36 26 48a26 26 0 0 1-52 0c0-12 6-24 26-48z" fill="#f4b740"/><path d="M200 116c9 11 11 15 11 21a11 11 0 0 1-22 0c0-6 2-10 11-21z" fill="#fff3cf"/><path d="M198 156h4v26h-4z" fill="#2f343b"/><path d="M122 180h156v120a20 20 0 0 1-20 20H142a20 20 0 0 1-20-20z" fill="T"/><ellipse cx="200" cy="180" rx="78" ry="13" fill="T"/><ellipse cx="200" cy="180" rx="78" ry="13" fill="#fff" fill-opacity=".45"/><rect x="152" y="222" width="96" height="58" rx="6" fill="#fff" fill-opacity=".8"/><path d="M170 242h60M180 260h40" stroke="#8d959e" stroke-width="4"/>`,
  bowl: `<path d="M76 196h248a124 124 0 0 1-84 112v12h-80v-12a124 124 0 0 1-84-112z" fill="T"/><ellipse cx="200" cy="196" rx="124" ry="26" fill="T"/><ellipse cx="200" cy="196" rx="124" ry="26" ${shade}/><ellipse cx="200" cy="202" rx="98" ry="16" ${shade}/><path d="M96 232h16q14 40 48 62-54-16-64-62z" ${light}/><path d="M160 308h80v12h-80z" ${shade}/>`,
  lantern: `<path d="M160 112a40 40 0 0 1 80 0" fill="none" stroke="#6b7178" stroke-width="8"/><path d="M148 112h104l16 32H132z" fill="T"/><rect x="142" y="144" width="116" height="136" rx="8" fill="#fbe9a9"/><path d="M200 172c18 22 24 34 24 46a24 24 0 0 1-48 0c0-12 6-24 24-46z" fill="#f4b740"/><path d="M142 144h12v136h-12zm104 0h12v136h-12z" fill="T"/><path d="M126 280h148v40H126z" fill="T"/><path d="M126 280h148v12H126z" ${shade}/><path d="M148 112h22l-14 32h-24z" ${light}/>`,
};

export const pictureKinds: readonly string[] = Object.keys(shapes);
export const pictureTints: readonly string[] = Object.keys(palette);

/**
 * The picture of a kind of product in a tint, as an SVG document of 400 × 400; undefined for a kind or a tint that
 * does not exist. Nothing of the arguments is copied into the document.
 */
export const picture = (kind: string, tint: string): string | undefined => {
  if (!Object.hasOwn(shapes, kind) || !Object.hasOwn(palette, tint)) return undefined;
  const colour = palette[tint] as string;
  const drawing = (shapes[kind] as string).replaceAll('"T"', `"${colour}"`);
  return (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 400 400">' +
    `<rect width="400" height="400" fill="#f7f6f3"/><circle cx="200" cy="204" r="172" fill="${colour}" fill-opacity=".13"/>` +
    `<ellipse cx="200" cy="324" rx="120" ry="10" fill="#000" fill-opacity=".1"/>${drawing}</svg>`
  );
};
