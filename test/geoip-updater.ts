/** Fetches as `geoip update` does: `from`, `directory`, milliseconds of patience, and the files used in place of those fetched. */
import { geoipUpdate } from "../src/commands/geoip.ts";

const [from, directory = "", stall, city = `${directory}/city`, asn = `${directory}/asn`] =
  process.argv.slice(2);
process.exit(await geoipUpdate({ from, directory, stall: Number(stall), places: { city, asn } }));
