// Read by moc before every header: <concepts> of libstdc++ 12 uses macros of a header that it does not include itself.
#include <cstddef>
