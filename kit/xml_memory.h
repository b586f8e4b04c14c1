/* SPDX-License-Identifier: Apache-2.0 */
/* Where the elements and texts of an XML document lie: in blocks that are freed together. */
#ifndef ARCHWAY_KIT_XML_MEMORY_H
#define ARCHWAY_KIT_XML_MEMORY_H

#include "kit/xml.h"

#include <expat.h>

/* Memory of the heap, wiped when it is freed: answers of token services hold secrets. */
kit_memory kit_xml_heap(void);
/* A parser whose memory is wiped likewise. NULL: none left. */
XML_Parser kit_xml_new_parser(void);

/* NULL when there is no memory. They live until kit_xml_finish. */
kit_xml_node *kit_xml_new_node(kit_xml *document);
const char *kit_xml_copy(kit_xml *document, const char *data, size_t size);

/* All that is taken behind a mark can be given back at once. */
struct kit_xml_mark {
    struct kit_xml_block *block;
    size_t used;
};
struct kit_xml_mark kit_xml_mark_memory(const kit_xml *document);
void kit_xml_rewind_memory(kit_xml *document, const struct kit_xml_mark *mark);

#endif
