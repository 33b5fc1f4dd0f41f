/* fuzz_chunk.c: a chunk of an HDF5 data set that is unpacked without HDF5.
 *
 * Input: a byte of filters, of which bit 0 is shuffle, 1 gzip, 2 LZF and 3
 * fletcher32; the bytes of an element; the size that the chunk shall have, in
 * two bytes; filters that were left out; what is stored. */
#include "support.h"

#include "store/foreign/h5decode.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    (void)argc, (void)argv;
    begin_fuzzing();
    return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const gt__h5_filter filters[] = {GT__H5_SHUFFLE, GT__H5_DEFLATE,
                                            GT__H5_LZF, GT__H5_FLETCHER32};
    input in = {data, size};
    int chosen = take(&in);
    gt__h5_pipeline pipeline = {.element = take(&in)};
    size_t wanted = (size_t)take(&in) << 8, n;
    wanted += take(&in);
    uint32_t mask = take(&in);
    for (int i = 0; i < 4; i++)
        if (chosen >> i & 1)
            pipeline.filter[pipeline.n++] = filters[i];
    const uint8_t *bytes = take_bytes(&in, in.left, &n);
    uint8_t *stored = malloc(n + 1), *out = malloc(wanted + 1);
    must(stored && out);
    memcpy(stored, bytes, n);
    out[wanted] = 77;
    const char *flaw = gt__h5_decode(&pipeline, mask, stored, n, out, wanted);
    must(out[wanted] == 77);
    must(flaw || wanted <= gt__h5_decoded_most(&pipeline, n));
    free(stored);
    free(out);
    return 0;
}
