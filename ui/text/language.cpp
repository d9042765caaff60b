#include <QCoreApplication>
#include <QTranslator>

namespace turnspit {
namespace {

/// Sources say "%n service(s)": what that is in English is a translation, as for any other language. In every program with widgets
/// of ours, tests included, before the first of them is made.
void speakEnglish()
{
    auto* const english = new QTranslator(QCoreApplication::instance());
    if (english->load(QStringLiteral(":/turnspit/translations/turnspit_en.qm")))
        QCoreApplication::installTranslator(english);
}
Q_COREAPP_STARTUP_FUNCTION(speakEnglish)

} // namespace
} // namespace turnspit
