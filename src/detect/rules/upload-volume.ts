import { volumeRule } from "../volume.ts";

export const uploadVolume = volumeRule({
  id: "upload-volume",
  means: "One address sends this host very much, on connections that it made.",
  spares:
    "Backups, photographs and files that belong here come the same way: it is information, and private addresses are not judged.",
  score: 6,
  threshold: "volume.upload",
  bytes: ({ received }) => received,
  direction: "received",
});
