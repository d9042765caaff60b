#include "localcontracthost.h"

#include <QTest>

int main(int argc, char* argv[])
{
    using namespace turnspit;
    const QCoreApplication application(argc, argv);
    SessionContract suite([] { return std::make_unique<LocalContractHost>(EngineContractHost::Own); });
    return QTest::qExec(&suite, argc, argv);
}
