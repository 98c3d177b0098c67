/** The path of the database of countries that comes with the program; undefined where its package was not installed. */
export async function packagedCountries(): Promise<string | undefined> {
  try {
    return (await import("./geo-packaged-file.ts")).path;
  } catch {
    return undefined;
  }
}
