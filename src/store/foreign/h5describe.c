/* h5describe.c: everything about a data set that decides whether and how we
 * read it is looked at here, once, and what cannot be read is named. */
#include "store/foreign/h5describe.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* Filters that are often met, by the numbers under which they are registered.
 */
static const struct {
    int number;
    const char *name;
} known_filters[] = {
    {1, "gzip"},      {2, "shuffle"},        {3, "fletcher32"},
    {4, "szip"},      {5, "nbit"},           {6, "scaleoffset"},
    {307, "bzip2"},   {32000, "lzf"},        {32001, "blosc"},
    {32004, "lz4"},   {32008, "bitshuffle"}, {32013, "zfp"},
    {32015, "zstd"},  {32017, "sz"},         {32024, "sz3"},
    {32026, "blosc2"}};
enum { KNOWN_FILTERS = sizeof known_filters / sizeof *known_filters };

static void say(char *text, size_t room, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Append to a text. */
static void say(char *text, size_t room, const char *format, ...)
{
    size_t used = strlen(text);
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text + used, room - used, format, arguments);
    va_end(arguments);
}

#define SAY(text, ...) say(text, sizeof(text), __VA_ARGS__)

/* --- Types. */

static const char *class_name(H5T_class_t class)
{
    switch (class) {
    case H5T_COMPOUND:
        return "compound values";
    case H5T_STRING:
        return "texts";
    case H5T_REFERENCE:
        return "references";
    case H5T_VLEN:
        return "lists of variable length";
    case H5T_ARRAY:
        return "values that are arrays";
    case H5T_OPAQUE:
        return "opaque bytes";
    case H5T_BITFIELD:
        return "bit fields";
    default:
        return "values of a type that is not known here";
    }
}

static bool is_half(hid_t type)
{
    size_t sign, exponent, exponents, fraction, fractions;
    return H5Tget_size(type) == 2 &&
           H5Tget_fields(type, &sign, &exponent, &exponents, &fraction,
                         &fractions) >= 0 &&
           sign == 15 && exponent == 10 && exponents == 5 && fraction == 0 &&
           fractions == 10 && H5Tget_ebias(type) == 15 &&
           H5Tget_norm(type) == H5T_NORM_IMPLIED;
}

static bool is_ieee(hid_t type)
{
    return is_half(type) || H5Tequal(type, H5T_IEEE_F32LE) > 0 ||
           H5Tequal(type, H5T_IEEE_F32BE) > 0 ||
           H5Tequal(type, H5T_IEEE_F64LE) > 0 ||
           H5Tequal(type, H5T_IEEE_F64BE) > 0;
}

/* As h5py writes a bool: an enumeration of bytes, FALSE and TRUE. */
static bool is_boolean(hid_t type)
{
    signed char no = 1, yes = 0;
    return H5Tget_size(type) == 1 && H5Tget_nmembers(type) == 2 &&
           H5Tenum_valueof(type, "FALSE", &no) >= 0 &&
           H5Tenum_valueof(type, "TRUE", &yes) >= 0 && no == 0 && yes == 1;
}

/* An integer that fills its bytes. */
static bool is_full(hid_t type, size_t size)
{
    return H5Tget_offset(type) == 0 && H5Tget_precision(type) == 8 * size &&
           H5Tget_order(type) != H5T_ORDER_VAX;
}

static gt_number native_double(void)
{
    return (gt_number){.kind = GT_NUMBER_FLOAT,
                       .size = sizeof(double),
                       .big_endian =
                           H5Tget_order(H5T_NATIVE_DOUBLE) == H5T_ORDER_BE};
}

static gt_number_kind kind_of_integer(hid_t type)
{
    return H5Tget_sign(type) == H5T_SGN_2 ? GT_NUMBER_SIGNED
                                          : GT_NUMBER_UNSIGNED;
}

static void find_number(hid_t type, gt_h5_about *about, gt__h5_storage *storage)
{
    H5T_class_t class = H5Tget_class(type);
    size_t size = H5Tget_size(type);
    gt_number n = {.kind = GT_NUMBER_FLOAT,
                   .size = (int)size,
                   .big_endian = H5Tget_order(type) == H5T_ORDER_BE};
    if (class == H5T_ENUM) {
        hid_t base = H5Tget_super(type);
        n.kind = is_boolean(type) ? GT_NUMBER_BOOL : kind_of_integer(base);
        n.big_endian = H5Tget_order(base) == H5T_ORDER_BE;
        storage->converted = !is_full(base, size);
        H5Tclose(base);
    } else if (class == H5T_INTEGER) {
        n.kind = kind_of_integer(type);
        storage->converted = !is_full(type, size);
    } else if (class == H5T_FLOAT) {
        storage->converted = !is_ieee(type);
    } else {
        SAY(about->flaw, "holds %s, not numbers", class_name(class));
        SAY(about->type, "%s", class_name(class));
        return;
    }
    char text[GT_NUMBER_TEXT];
    SAY(about->type, "%s", gt_number_text(n, text));
    if (size < 1 || size > 16 || (class != H5T_FLOAT && size > 8))
        SAY(about->flaw, "holds numbers of %zu bytes", size);
    else if (storage->converted && class == H5T_ENUM)
        SAY(about->flaw, "holds an enumeration of an unusual type");
    about->number = storage->converted ? native_double() : n;
}

/* --- Shapes. */

static void find_shape(hid_t set, gt_h5_about *about)
{
    hid_t space = H5Dget_space(set);
    hsize_t dims[H5S_MAX_RANK] = {0};
    int rank = H5Sget_simple_extent_ndims(space);
    if (H5Sget_simple_extent_type(space) == H5S_NULL)
        SAY(about->flaw, "is empty");
    else if (rank < 0 || rank > GT_H5_SET_RANK)
        SAY(about->flaw, "has %d dimensions, of which at most %d are read",
            rank, GT_H5_SET_RANK);
    about->rank = rank > GT_H5_SET_RANK ? -1 : rank;
    H5Sget_simple_extent_dims(space, dims, NULL);
    H5Sclose(space);
    uint64_t count = 1;
    for (int i = 0; i < about->rank; i++) {
        about->dim[i] = dims[i];
        if (dims[i] && count > INT64_MAX / sizeof(double) / dims[i]) {
            if (!*about->flaw)
                SAY(about->flaw, "is larger than any file");
            return;
        }
        count *= dims[i];
    }
}

/* --- Layout and filters. */

static const char *filter_name(int number, const char *in_file)
{
    for (int i = 0; i < KNOWN_FILTERS; i++)
        if (known_filters[i].number == number)
            return known_filters[i].name;
    return *in_file ? in_file : "without a name";
}

static void find_filter(hid_t properties, unsigned i, gt_h5_about *about,
                        gt__h5_storage *storage)
{
    unsigned flags = 0, values[8] = {0}, config = 0;
    size_t n = 8;
    char in_file[64] = "";
    gt__h5_pipeline *p = &storage->pipeline;
    H5Z_filter_t number = H5Pget_filter2(properties, i, &flags, &n, values,
                                         sizeof in_file, in_file, &config);
    in_file[sizeof in_file - 1] = '\0';
    const char *name = filter_name(number, in_file);
    SAY(about->storage, ", %s", name);
    if (((number >= GT__H5_DEFLATE && number <= GT__H5_FLETCHER32) ||
         number == GT__H5_LZF) &&
        p->n < GT__H5_FILTERS) {
        if (number == GT__H5_SHUFFLE)
            p->element = values[0];
        p->filter[p->n++] = (gt__h5_filter)number;
        return;
    }
    storage->foreign = true;
    if (H5Zfilter_avail(number) <= 0 && !*about->flaw)
        SAY(about->flaw,
            "is packed with filter %d (%s), for which this HDF5 library has no "
            "plug-in; set HDF5_PLUGIN_PATH to the folder of one, or write the "
            "file anew where it can be read: h5repack -f GZIP=4 OLD NEW",
            number, name);
    gt__h5_clear();
}

static void find_chunks(hid_t properties, gt_h5_about *about,
                        gt__h5_storage *storage)
{
    hsize_t dims[H5S_MAX_RANK] = {0};
    unsigned options = 0;
    int rank = H5Pget_chunk(properties, H5S_MAX_RANK, dims);
    if (rank != about->rank && !*about->flaw)
        SAY(about->flaw, "has chunks of another rank");
    if (*about->flaw)
        return;
    SAY(about->storage, "chunks of ");
    for (int i = 0; i < rank; i++) {
        storage->chunk[i] = dims[i];
        SAY(about->storage, "%s%llu", i ? "x" : "",
            (unsigned long long)dims[i]);
        if (!dims[i])
            SAY(about->flaw, "has chunks of no size");
    }
    H5Pget_chunk_opts(properties, &options);
    storage->plain_edges = options & H5D_CHUNK_DONT_FILTER_PARTIAL_CHUNKS;
    int filters = H5Pget_nfilters(properties);
    for (int i = 0; i < filters; i++)
        find_filter(properties, (unsigned)i, about, storage);
}

static void find_layout(hid_t set, gt_h5_about *about, gt__h5_storage *storage)
{
    hid_t properties = H5Dget_create_plist(set);
    storage->layout = H5Pget_layout(properties);
    storage->external = H5Pget_external_count(properties) > 0;
    switch (storage->layout) {
    case H5D_CHUNKED:
        find_chunks(properties, about, storage);
        break;
    case H5D_COMPACT:
        SAY(about->storage, "compact");
        break;
    case H5D_CONTIGUOUS:
        SAY(about->storage, "%s",
            storage->external ? "in other files" : "contiguous");
        break;
    case H5D_VIRTUAL:
        SAY(about->storage, "parts of other data sets");
        break;
    default:
        SAY(about->flaw, "has a layout that is not known here");
    }
    H5Pclose(properties);
}

void gt__h5_describe(hid_t set, gt_h5_about *about, gt__h5_storage *storage)
{
    *storage = (gt__h5_storage){0};
    gt__h5_clear();
    if (set < 0) {
        SAY(about->flaw, "cannot be opened");
        return;
    }
    hid_t type = H5Dget_type(set);
    find_shape(set, about);
    if (type < 0 && !*about->flaw)
        SAY(about->flaw, "has a damaged type");
    else if (type >= 0)
        find_number(type, about, storage);
    H5Tclose(type);
    find_layout(set, about, storage);
}
