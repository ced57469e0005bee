/* SPDX-License-Identifier: Apache-2.0
 *
 * publishers.c - venues by publisher id, as metadata.list_publishers gives
 * them.  Within one dataset every publisher has a venue of its own, so the
 * venue tells apart the bars that a dataset of many exchanges holds for one
 * instrument and minute.
 */
#include "databento.h"

static const char venues[][5] = {
  /*   0 */ "", "GLBX", "XNAS", "XBOS", "XPSX", "BATS", "BATY", "EDGA",
  /*   8 */ "EDGX", "XNYS", "XCIS", "XASE", "XCHI", "XCIS", "XCIS", "MEMX",
  /*  16 */ "EPRL", "FINN", "FINC", "FINY", "AMXO", "XBOX", "XCBO", "EMLD",
  /*  24 */ "EDGO", "GMNI", "XISX", "MCRY", "XMIO", "ARCO", "OPRA", "MPRL",
  /*  32 */ "XNDQ", "XBXO", "C2OX", "XPHL", "BATO", "MXOP", "IEXG", "XCHI",
  /*  40 */ "XCIS", "IEXG", "EPRL", "ARCX", "XNYS", "XNYS", "XNAS", "XNAS",
  /*  48 */ "XCHI", "XCIS", "IEXG", "EPRL", "XNAS", "XNYS", "FINN", "FINY",
  /*  56 */ "FINC", "IFEU", "NDEX", "DBEQ", "EQUS", "SPHR", "XCHI", "XCIS",
  /*  64 */ "IEXG", "EPRL", "XNAS", "XNYS", "FINN", "FINY", "FINC", "BATS",
  /*  72 */ "BATY", "EDGA", "EDGX", "XBOS", "XPSX", "MEMX", "XASE", "ARCX",
  /*  80 */ "LTSE", "XNAS", "FINN", "FINC", "XOFF", "XOFF", "XBOS", "XPSX",
  /*  88 */ "XBOS", "XPSX", "EQUS", "XCIS", "XNYS", "EQUS", "EQUS", "EQUS",
  /*  96 */ "EQUS", "IFUS", "XOFF", "IFLL", "XOFF", "XEUR", "XEEE", "XOFF",
  /* 104 */ "XOFF", "XCBF", "XOFF", "OCEA",
};

const char *
publisher_venue (unsigned publisher)
{
  if (publisher == 0 || publisher >= sizeof venues / sizeof venues[0])
    return NULL;
  return venues[publisher];
}
