import type { ReactNode } from 'react';

/** Icons are drawn on 20 × 20 with a line of 1.6, in the colour of the text. They repeat words, so they are not read. */
export const Icon = ({ size = 20, children }: { size?: number; children: ReactNode }) => (
  <svg
    width={size}
    height={size}
    viewBox="0 0 20 20"
    fill="none"
    stroke="currentColor"
    strokeWidth="1.6"
    strokeLinecap="round"
    strokeLinejoin="round"
    aria-hidden="true"
  >
    {children}
  </svg>
);

export const CloseIcon = () => (
  <Icon>
    <path d="m5 5 10 10M15 5 5 15" />
  </Icon>
);

export const SearchIcon = () => (
  <Icon>
    <circle cx="9" cy="9" r="5.5" />
    <path d="m13.2 13.2 3.8 3.8" />
  </Icon>
);

export const CartIcon = () => (
  <Icon>
    <path d="M4.5 7h11l.8 9.5H3.7z" />
    <path d="M7 9V6a3 3 0 0 1 6 0v3" />
  </Icon>
);

export const MinusIcon = () => (
  <Icon size={16}>
    <path d="M4 10h12" />
  </Icon>
);

export const PlusIcon = () => (
  <Icon size={16}>
    <path d="M4 10h12M10 4v12" />
  </Icon>
);

export const CheckIcon = ({ size }: { size?: number }) => (
  <Icon size={size}>
    <path d="m4.5 10.5 3.6 3.6 7.4-8" />
  </Icon>
);
