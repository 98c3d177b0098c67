import { type Config, OPTION_LIST } from "../src/config/options.ts";

/** Every setting as it is where nobody set it. */
export const DEFAULT_CONFIG = Object.fromEntries(
  OPTION_LIST.map(([name, option]) => [name, option.default]),
) as unknown as Config;
