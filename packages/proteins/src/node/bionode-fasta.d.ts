/** bionode-fasta ships no types; this is the part that the reader uses. */
declare module "bionode-fasta" {
  interface BionodeFasta {
    /** A stream of bytes in, `{ id, seq }` objects out. */
    obj(): NodeJS.ReadWriteStream;
  }
  const bionodeFasta: BionodeFasta;
  export default bionodeFasta;
}
