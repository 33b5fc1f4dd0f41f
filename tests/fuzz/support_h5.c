/* support_h5.c: an input is a list of operations: a byte says which, those
 * after it what with. Names come mostly from a table, as bytes would not hit
 * upon them. */
#include "support_h5.h"

#include "model/config.h"
#include "store/h5attr.h"
#include "store/h5file.h"
#include "tasks/task.h"
#include "train/schema.h"

#include <stdlib.h>
#include <string.h>

enum { MOST_OPERATIONS = 24, NAME = 200, BUFFER = 4096 };

const char model_config[] =
    "task: vae\n"
    "data: {uri: glyphs, image: [4, 4, 1], range: unit}\n"
    "model: {latent: 2, likelihood: bernoulli, encoder: [flatten, dense: "
    "{units: 4}],\n"
    "  decoder: [dense: {units: 16}, reshape: {shape: [4, 4, 1]}, "
    "batch_norm]}\n"
    "train: {batch: 8, steps: 3}\n";
gt_span *model_spans;
int model_count;

void make_model(void)
{
    static gt_real moments[4096];
    gt_config *config = NULL;
    gt_comm comm = gt_comm_solo();
    gt_task *task = NULL;
    must(gt_config_parse(&config, &gt_train_schema, "model", model_config,
                         strlen(model_config), NULL, 0) == GT_OK);
    gt_task_setup setup = {.config = config, .comm = &comm, .max_n = 2};
    must(gt_task_new(&task, &setup) == GT_OK);
    must(gt_task_spans(task, true, &model_spans, &model_count) == GT_OK);
    for (int i = 0; i < model_count; i++) {
        size_t size = model_spans[i].count * sizeof(gt_real);
        const gt_real *from = model_spans[i].data;
        gt_real *own = malloc(size);
        must(own && size <= sizeof moments);
        memcpy(own, from ? from : moments, size);
        model_spans[i].data = own;
    }
    gt_task_free(task);
    gt_config_free(config);
}

static const char *const keys[] = {
    "format",       "format_version", "gentrain_version",
    "task",         "step",           "epoch",
    "samples",      "batches",        "updates",
    "seed",         "fingerprint",    "data_count",
    "data_classes", "data_digest",    "build",
    "blas",         "blas_kernel",    "blas_threads",
    "shards",       "norm_sync",      "reduction",
    "source",       "digest",         "CLASS",
    "products",
};
static const char *const names[] = {
    "/config",
    "/images",
    "/latents",
    "/points",
    "/decoder",
    "/decoder/0",
    "/optimizer",
    "/optimizer/a",
    "/a",
    "/a/b",
    "/a/b/c",
    "/decoder/x/weight",
    "/encoder",
    "/optimizer/decoder/m",
    "/generator/0/weight",
    "/",
};
enum {
    KEYS = sizeof keys / sizeof *keys,
    NAMES = sizeof names / sizeof *names
};

/* A key or name: of the table, of the model, or of bytes. *text holds it. */
static const char *take_name(input *in, const char *const *table, int size,
                             char text[NAME])
{
    int choice = take(in);
    if (choice < 128)
        return table[choice % size];
    if (choice < 192 && table == names && model_count > 0)
        return model_spans[choice % model_count].path;
    size_t n;
    const uint8_t *bytes = take_bytes(in, take(in) % (NAME - 2), &n);
    text[0] = '/';
    if (n > 0)
        memcpy(text + 1, bytes, n);
    text[n + 1] = '\0';
    return table == keys ? text + 1 : text;
}

static hid_t take_text_type(int size, bool variable)
{
    hid_t type = H5Tcopy(H5T_C_S1);
    H5Tset_size(type, variable ? H5T_VARIABLE : (size_t)(size ? size : 1));
    if (size % 2)
        H5Tset_cset(type, H5T_CSET_UTF8);
    return type;
}

/* A type of elements, in the file. */
static hid_t take_type(input *in)
{
    int kind = take(in), size = take(in);
    switch (kind % 20) {
    case 0:
        return H5Tcopy(H5T_IEEE_F32LE);
    case 1:
        return H5Tcopy(H5T_STD_I64LE);
    case 2:
        return take_text_type(size, false);
    case 3:
        return H5Tcopy(H5T_IEEE_F64LE);
    case 4:
        return H5Tcopy(H5T_STD_U8LE);
    case 5:
        return H5Tcopy(H5T_STD_I32LE);
    case 6:
        return H5Tcopy(H5T_IEEE_F32BE);
    case 7:
        return H5Tcopy(H5T_STD_I32BE);
    case 8:
        return H5Tcopy(H5T_STD_I8LE);
    case 9:
        return H5Tcopy(H5T_STD_U64BE);
    case 10:
        return take_text_type(size, true);
    case 11:
        return H5Tcreate(H5T_OPAQUE, (size_t)size + 1);
    case 12:
        return H5Tcopy(H5T_STD_REF_OBJ);
    case 13:
        return H5Tarray_create2(H5T_IEEE_F32LE, 1,
                                (hsize_t[]){(hsize_t)size % 9 + 1});
    case 14:
        return H5Tvlen_create(H5T_STD_U8LE);
    case 15:
        return H5Tenum_create(H5T_STD_I32LE);
    case 16:
        return H5Tcopy(H5T_STD_U16LE);
    case 17: {
        hid_t type = H5Tcreate(H5T_COMPOUND, 8);
        H5Tinsert(type, "a", 0, H5T_IEEE_F32LE);
        H5Tinsert(type, "b", 4, H5T_STD_I32LE);
        return type;
    }
    case 18: {
        hid_t type = H5Tcopy(H5T_IEEE_F32LE);
        H5Tset_precision(type, 32);
        H5Tset_ebias(type, (size_t)size);
        return type;
    }
    default:
        return H5Tcopy(H5T_STD_B8LE);
    }
}

static hid_t take_space(input *in)
{
    int kind = take(in);
    hsize_t dim[H5S_MAX_RANK];
    if (kind < 100)
        return H5Screate(H5S_SCALAR);
    if (kind < 110)
        return H5Screate(H5S_NULL);
    int rank = kind < 250 ? kind % 6 : kind % H5S_MAX_RANK + 1;
    for (int i = 0; i < rank; i++) {
        int n = take(in);
        dim[i] = (hsize_t)(n < 192   ? n % 20
                           : n < 250 ? n
                                     : 1) /* mostly */
                 << (n == 255   ? 40
                     : n == 254 ? 20
                                : 0);
    }
    return H5Screate_simple(rank, dim, NULL);
}

/* Variable elements hold addresses, which bytes are not. */
static bool is_writable(hid_t type, hid_t space)
{
    hssize_t n = H5Sget_simple_extent_npoints(space);
    H5T_class_t class = H5Tget_class(type);
    return n > 0 && n < BUFFER && H5Tget_size(type) * (size_t)n <= BUFFER &&
           H5Tis_variable_str(type) <= 0 && class != H5T_VLEN &&
           class != H5T_REFERENCE;
}

static const uint8_t *take_value(input *in, uint8_t value[BUFFER])
{
    size_t n;
    const uint8_t *bytes = take_bytes(in, take(in), &n);
    memset(value, n > 0 ? bytes[0] : 0, BUFFER);
    if (n > 0)
        memcpy(value, bytes, n);
    return value;
}

static void put_attribute(gt_h5 *f, input *in)
{
    char text[NAME];
    uint8_t value[BUFFER];
    const char *key = take_name(in, keys, KEYS, text);
    hid_t type = take_type(in), space = take_space(in);
    H5Adelete(f->file, key);
    hid_t a = H5Acreate2(f->file, key, type, space, H5P_DEFAULT, H5P_DEFAULT);
    if (a >= 0 && is_writable(type, space))
        H5Awrite(a, type, take_value(in, value));
    H5Aclose(a);
    H5Sclose(space);
    H5Tclose(type);
}

static hid_t take_layout(input *in, hid_t space)
{
    int kind = take(in), rank = H5Sget_simple_extent_ndims(space);
    hid_t p = H5Pcreate(H5P_DATASET_CREATE);
    hsize_t chunk[H5S_MAX_RANK];
    if (kind % 4 == 1)
        H5Pset_layout(p, H5D_COMPACT);
    if (kind % 4 < 2 || rank < 1)
        return p;
    for (int i = 0; i < rank; i++)
        chunk[i] = (hsize_t)take(in) % 8 + 1;
    H5Pset_chunk(p, rank, chunk);
    if (kind & 4)
        H5Pset_deflate(p, 1);
    if (kind & 8)
        H5Pset_fletcher32(p);
    if (kind & 16)
        H5Pset_shuffle(p);
    return p;
}

static void put_set(gt_h5 *f, input *in)
{
    char text[NAME];
    uint8_t value[BUFFER];
    const char *name = take_name(in, names, NAMES, text);
    hid_t type = take_type(in), space = take_space(in);
    hid_t layout = take_layout(in, space), links = H5Pcreate(H5P_LINK_CREATE);
    H5Pset_create_intermediate_group(links, 1);
    H5Ldelete(f->file, name, H5P_DEFAULT);
    hid_t set =
        H5Dcreate2(f->file, name, type, space, links, layout, H5P_DEFAULT);
    if (set >= 0 && is_writable(type, space) && take(in) < 240)
        H5Dwrite(set, type, H5S_ALL, H5S_ALL, H5P_DEFAULT,
                 take_value(in, value));
    H5Dclose(set);
    H5Pclose(links);
    H5Pclose(layout);
    H5Sclose(space);
    H5Tclose(type);
}

static void put_config(gt_h5 *f, input *in)
{
    size_t n = (size_t)take(in) * 8;
    char *config = take_text(in, n);
    H5Ldelete(f->file, "/config", H5P_DEFAULT);
    must(gt_h5_write_text(f, "/config", config) == GT_OK);
    free(config);
}

static void put_other(gt_h5 *f, input *in, int kind)
{
    char text[NAME], other[NAME];
    const char *name = take_name(in, names, NAMES, text);
    if (kind == 0) {
        H5Ldelete(f->file, name, H5P_DEFAULT);
    } else if (kind == 1) {
        H5Adelete(f->file, take_name(in, keys, KEYS, text));
    } else if (kind == 2) {
        H5Gclose(
            H5Gcreate2(f->file, name, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT));
    } else if (kind == 3) {
        H5Lcreate_soft(take_name(in, names, NAMES, other), f->file, name,
                       H5P_DEFAULT, H5P_DEFAULT);
    } else if (kind == 4) {
        H5Lcreate_hard(f->file, take_name(in, names, NAMES, other), f->file,
                       name, H5P_DEFAULT, H5P_DEFAULT);
    } else {
        hid_t type = take_type(in);
        H5Tcommit2(f->file, name, type, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
        H5Tclose(type);
    }
}

void build_file(const char *name, input *in, void (*begin)(gt_h5 *f))
{
    gt_h5 *f;
    must(gt_h5_create(&f, in_folder(name)) == GT_OK);
    if (begin)
        begin(f);
    gt__h5_clear();
    for (int i = 0; i < MOST_OPERATIONS && in->left > 0; i++) {
        int operation = take(in);
        if (operation == 255) /* the rest is damage */
            break;
        if (operation < 80)
            put_attribute(f, in);
        else if (operation < 160)
            put_set(f, in);
        else if (operation < 200)
            put_config(f, in);
        else
            put_other(f, in, operation % 6);
    }
    gt_status status = gt_h5_commit(f);
    must(status == GT_OK || status == GT_ERR_MEMORY);
}

/* The library forgets some memory of its own when it meets damage. */
const char *__lsan_default_suppressions(void);
const char *__lsan_default_suppressions(void)
{
    return "leak:libhdf5";
}

void check_closed(void)
{
    static const H5I_type_t types[] = {H5I_FILE,      H5I_GROUP,   H5I_DATATYPE,
                                       H5I_DATASPACE, H5I_DATASET, H5I_ATTR};
    static hsize_t before[sizeof types / sizeof *types];
    static bool known;
    for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
        hsize_t n = 0;
        H5Inmembers(types[i], &n);
        must(!known || n <= before[i]);
        before[i] = n;
    }
    known = true;
}

enum { USER_BLOCK = 512 };

void damage_file(const char *name, input *in)
{
    char *bytes;
    size_t size;
    FILE *file = fopen(in_folder(name), "rb");
    if (!file)
        return;
    must(fseek(file, 0, SEEK_END) == 0);
    size = (size_t)ftell(file);
    rewind(file);
    bytes = malloc(size + 1);
    must(bytes && fread(bytes, 1, size, file) == size && size >= USER_BLOCK);
    fclose(file);
    while (in->left > 2) {
        size_t at = USER_BLOCK + take(in) * 256U;
        at += take(in);
        const char byte = (char)take(in);
        if (at < size)
            bytes[at] = byte;
    }
    store(name, bytes + USER_BLOCK, size - USER_BLOCK);
    free(bytes);
}
