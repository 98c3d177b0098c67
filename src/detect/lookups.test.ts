import { expect, test } from "bun:test";
import { isLookup } from "./lookups.ts";

const HASH = "b94d27b9934d3e08a52e52d7da7dabfac484efe37a5380ee9088f7ace2efcde9";

test.each([
  `/ac/${HASH}`,
  "/buildid/6e3087aca9b39549e0fa92c519f2bd61a7bcd1f8/debuginfo",
  "/ntdll.pdb/1EB9FACB04C73C5DEA7160764CD333D01/ntdll.pdb",
  "/0i5g8mdgz4bdpgdj7hjgf8jyzhlrl2c3.narinfo",
  `/v2/app/blobs/sha256:${HASH}`,
  "/api/assets/5b2c1f3e-1a2b-4c3d-8e9f-0a1b2c3d4e5f/thumbnail?size=preview",
  "/app.git/objects/ab/6e3087aca9b39549e0fa92c519f2bd61a7bcd1",
  "/repository/releases/org/x/lib/1.2.3/lib-1.2.3.pom",
  "/repository/releases/org/x/lib/1.2.3/lib-1.2.3-sources.jar",
  "/repository/org/x/lib/maven-metadata.xml.sha1",
  "/simple/requests/",
  "/github.com/some/mod/@v/list",
  "/github.com/some/mod/@v/v0.0.0-20260102030405-abcdefabcdef.info",
  "/p2/symfony/console~dev.json",
  "/@team%2fpart",
  "/debian/dists/trixie/main/i18n/Translation-de.xz",
  "/updates/42/repodata/repomd.xml",
  "/pool/main/c/curl_8.5.0_amd64.deb",
  "/v2/library/nginx/manifests/latest",
  "/_matrix/federation/v1/version",
  "/tiles/12/2200/1343@2x.pbf",
  "/.well-known/assetlinks.json",
  "/core/os/x86_64/bash-5.2-1-x86_64.pkg.tar.zst.sig",
  "/alpine/v3.20/main/x86_64/busybox-1.36.1-r29.apk",
  "/packages/x86_64/base/Packages.gz",
  "/src/contrib/Archive/Matrix/Matrix_1.5.tar.gz",
  "/info/rails",
  "/index/se/rd/serde_json",
  "/v3-flatcontainer/newtonsoft.json/index.json",
  "/v1/providers/hashicorp/aws/versions",
  "/ipfs/bafybeigdyrzt5sfp7udm7hu76uh7y26nf3efuylqabf3oclgtqy55fbzdi/a",
  "/dav/ann/cal/meeting.ics",
  "/live/cam1/seg-77.ts",
  "/page-data/blog/a/page-data.json",
  "/blog/a/_payload.json",
  "/blog/a.txt?_rsc=1abc",
  "/robots.txt?x=1",
  "/sitemap_index.xml",
  "/blog/feed/",
  "/atom.xml",
])("known by its name: %s", (path) => {
  expect(isLookup(path)).toBe(true);
});

test.each([
  "/admin",
  "/backup-2026-11-24.zip",
  "/wp-content/plugins/akismet/readme.txt",
  "/.well-known/shell.php",
  "/api/v1/users",
  "/facade/decade/",
  "/administrationconsolesloginpanel",
  "/users/12345678901234567890",
  "/lib/1.2/other-1.2.pom.bak",
  "/a/feed.php",
  "/admin?_rsc=1abc",
  "/old/app.apk",
  "/backup-1.2.tar.gz",
  "/ab/cd/admin",
  "/v2/_catalog",
  "/12/2200/admin",
  // What leads out of it is a guess all the same.
  `/${HASH}/../admin`,
  `/${HASH}/..;/admin`,
  `/${HASH}/%2e%2e/admin`,
  `/${HASH}\\..\\admin`,
  `/${HASH};x/admin`,
  "/@team%2f..%2f..%2fetc",
  "/dists/../admin",
  `/${"a/".repeat(400)}${HASH}`,
])("a guess: %s", (path) => {
  expect(isLookup(path)).toBe(false);
});

test("hostile paths cost little", () => {
  const hostile = ["/a", "/dists", "/a-", "/1", "/simple", "/@v", "a", "/aaaaaaaaaaaaaaaaaaaaaaaa.", "/v2/a"];
  for (const part of hostile) {
    const path = `/${part.repeat(512)}`.slice(0, 512);
    expect(isLookup(`${path.slice(0, 511)}!`)).toBeBoolean();
  }
});
