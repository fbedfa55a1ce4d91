/** Shown above data that may have grown old. */
export function Lost() {
  return (
    <p class="banner" role="status">
      The API does not answer; what you see is the last that was heard. Trying again …
    </p>
  );
}
