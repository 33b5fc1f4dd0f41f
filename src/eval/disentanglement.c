/* disentanglement.c: three families of figures of the same codes, as the papers
 * disagree about what it is. None of them takes long beside the encoding, so
 * every rank computes them by itself, of the same numbers. */
#include "eval/disentanglement.h"

#include "eval/dci.h"
#include "eval/factors.h"
#include "eval/mig.h"
#include "eval/sap.h"

gt_status gt_disentanglement_evaluate(const gt_codes *codes,
                                      gt_disentanglement *out)
{
    gt__factors factors;
    gt__dci dci = {0};
    *out = (gt_disentanglement){0};
    gt_status status = gt__factors_new(&factors, codes);
    if (status != GT_OK)
        return status;
    status = gt__mig(&factors, &out->mig);
    if (status == GT_OK)
        status = gt__sap(&factors, &out->sap);
    if (status == GT_OK)
        status = gt__dci_of(&factors, &dci);
    out->disentanglement = dci.disentanglement;
    out->completeness = dci.completeness;
    out->informativeness = dci.informativeness;
    gt__factors_free(&factors);
    return status;
}
