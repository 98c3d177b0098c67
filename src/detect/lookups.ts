/** Longer paths are read no further, and are no lookups. */
const LONGEST = 512;

/** What can lead out of where a path seems to be, as servers read it. */
export const LEAVES = /\.\.|[;\\]|%(?:25|2e|2f|3b|5c)/i;

/** A hash, a UUID (RFC 9562) or another name that nobody guesses. */
const KEY =
  /[/:._](?:[0-9a-f]{24,128}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|(?=[a-z]{0,31}\d)(?:[0-9a-z]{32}|[0-9a-z]{40,200}))(?=[/._]|$)/i;

/** What programs ask each of several servers for by its name, one after the other, until one has it. */
const PACKAGES: readonly RegExp[] = [
  // Maven repository layout: artifact/version/artifact-version.ending.
  /\/([\w.-]{1,128})\/([\w.-]{1,64})\/\1-\2[\w.-]{1,64}$/,
  /\/maven-metadata\.xml(?:\.\w{3,6})?$/,
  // PEP 503.
  /\/simple\/[\w.-]{1,128}\/?$/,
  // The GOPROXY protocol (go.dev/ref/mod).
  /\/@(?:latest|v\/list|v\/v[\w.+-]{1,128}\.(?:info|mod|zip))$/,
  // Composer repositories, metadata-url.
  /\/p2\/[\w.-]{1,64}\/[\w.~-]{1,128}\.json$/,
  // Debian repositories (wiki.debian.org/DebianRepository/Format), and RPM's.
  /\/dists\/[\w.+/-]{1,256}$/,
  /\/repodata\/[\w.-]{1,256}$/,
  /\.pkg\.tar\.\w{2,4}(?:\.sig)?$/,
  /[-_]v?\d[\w.+~-]{0,64}\.(?:deb|rpm|apk|pkg|gem|crate|nupkg|whl)$/,
  /\/Packages(?:\.\w{2,4})?$/,
  /\/src\/contrib\/[\w./-]{1,256}$/,
  // Registries of RubyGems, Cargo (whose index nests by first letters), NuGet and Terraform.
  /\/info\/[\w.-]{1,128}$/,
  /\/([\w-]{2})\/([\w-]{2})\/\1\2[\w-]{0,64}$/,
  /\/v3-flatcontainer\/[\w.-]{1,128}\//,
  /^\/v1\/(?:providers|modules)\/[\w./-]{1,256}\/versions$/,
  // OCI distribution specification.
  /^\/v2\/[\w./-]{1,256}\/(?:manifests|tags|referrers)\/[\w.:-]{1,128}$/,
  // Matrix, client and server.
  /^\/_matrix\/(?:client|federation|media|key)\//,
  // Calendars and address books: one entry.
  /\.(?:ics|vcf)$/,
  // Segments of a stream.
  /\d\.ts$/,
  // Map tiles: zoom, column, row.
  /\/\d{1,2}\/\d{1,8}\/\d{1,8}(?:@\dx)?\.\w{2,5}$/,
];
/** npm writes the slash of a scoped package so. */
const SCOPED_PACKAGE = /^\/(?:[\w-]{1,64}\/){0,4}@[\w.-]{1,64}%2f[\w.-]{1,128}$/i;

/** What a page of Gatsby, Nuxt or SvelteKit fetches ahead for each page that it links to; of Next.js, as exported. */
const AHEAD: readonly RegExp[] = [/\/(?:page-data\/[\w./-]{1,256}\/page-data|_payload|__data)\.json$/];
const EXPORTED = /^[^?]{1,256}\.txt\?_rsc=[\w-]{1,32}$/;

/** What crawlers, readers of feeds and browsers ask any site for, by standards or by custom. */
const CUSTOMARY: readonly RegExp[] = [
  /^\/\.well-known\/[\w-]{1,96}(?:\.(?:txt|json|xml))?$/,
  /^\/(?:robots|humans|security|ai|llms|llms-full|ads|app-ads)\.txt$/,
  /^\/(?:manifest|sellers|apple-app-site-association)(?:\.json)?$/,
  /^\/(?:browserconfig|crossdomain|opensearch)\.xml$/,
  /^\/(?:[\w-]{1,32}\/){0,2}sitemaps?[\w-]{0,32}\.(?:xml|txt)(?:\.gz)?$/,
  /^\/(?:[\w-]{1,32}\/){0,2}\.?(?:feeds?|rss2?|atom|index|posts|latest)\.(?:xml|json|rss|rdf|atom)$/,
  /^\/(?:[\w-]{1,32}\/){0,2}(?:feeds?|rss2?|atom)\/?$/,
];

const LOOKUPS = [KEY, ...PACKAGES, ...AHEAD, ...CUSTOMARY];

/**
 * Whether a path is one that a program looks up because it knows the name
 * (a package, a hash, a tile) or because all sites may have it (`/robots.txt`), so that many that are not there are no
 * guesses. Who tries such names finds only such things.
 */
export function isLookup(path: string): boolean {
  if (path.length > LONGEST) return false;
  const question = path.indexOf("?");
  const page = question < 0 ? path : path.slice(0, question);
  if (SCOPED_PACKAGE.test(page)) return true;
  if (LEAVES.test(page)) return false;
  return EXPORTED.test(path) || LOOKUPS.some((one) => one.test(page));
}
