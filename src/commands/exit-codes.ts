/** What the program ends with when it did not do what was asked; 0 is everything else. */
export const FAILED = 1;
export const USAGE = 2;
/** EX_NOPERM of sysexits.h. */
export const NO_PERMISSION = 77;
