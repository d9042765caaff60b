#include <ui/theme/glyph.h>
#include <ui/theme/icons.h>
#include <ui/theme/palettecare.h>
#include <ui/theme/stateicon.h>
#include <ui/theme/tones.h>

#include <QApplication>
#include <QDir>
#include <QDirIterator>
#include <QPainter>
#include <QSvgRenderer>
#include <QTest>

#include <array>
#include <cmath>

using namespace turnspit;

namespace {

constexpr std::array states{ServiceState::Stopped,    ServiceState::Starting, ServiceState::Running, ServiceState::Waiting,
                            ServiceState::BackingOff, ServiceState::Stopping, ServiceState::Failed,  ServiceState::Completed,
                            ServiceState::Disabled,   ServiceState::Invalid};
constexpr std::array ends{Outcome::Succeeded, Outcome::Failed,  Outcome::TimedOut, Outcome::Stopped, Outcome::Killed,
                          Outcome::Abandoned, Outcome::Skipped, Outcome::Missed,   Outcome::Unknown};
constexpr std::array trays{TrayShape::Outline, TrayShape::Filled, TrayShape::Working,
                           TrayShape::Failed,  TrayShape::Held,   TrayShape::Unreachable};

QPalette paletteOf(QRgb window, QRgb base, QRgb alternate, QRgb text)
{
    QPalette palette{QColor(window)};
    palette.setColor(QPalette::Window, QColor(window));
    palette.setColor(QPalette::Base, QColor(base));
    palette.setColor(QPalette::AlternateBase, QColor(alternate));
    for (const auto role : {QPalette::WindowText, QPalette::Text, QPalette::ButtonText})
        palette.setColor(role, QColor(text));
    return palette;
}

const std::array<std::pair<const char*, QPalette>, 7> palettes()
{
    return {{{"light", paletteOf(0xefefef, 0xffffff, 0xf7f7f7, 0x1a1a1a)},
             {"dark", paletteOf(0x2b2b2b, 0x1e1e1e, 0x262626, 0xe6e6e6)},
             {"blue dark", paletteOf(0x31363b, 0x232629, 0x31363b, 0xfcfcfc)},
             {"mid grey", paletteOf(0x6a6a6a, 0x5a5a5a, 0x606060, 0xffffff)},
             {"high contrast black", paletteOf(0x000000, 0x000000, 0x101010, 0xffffff)},
             {"high contrast yellow", paletteOf(0x000000, 0x000000, 0x000000, 0xffff00)},
             {"high contrast white", paletteOf(0xffffff, 0xffffff, 0xffffff, 0x000000)}}};
}

/// An icon as it lies on its background, one number a pixel.
std::vector<double> seen(const QIcon& icon, const QColor& background, double (*see)(QRgb))
{
    QImage image(16, 16, QImage::Format_RGB32);
    image.fill(background);
    QPainter painter(&image);
    painter.drawPixmap(0, 0, icon.pixmap(QSize(16, 16), 1.0));
    painter.end();
    std::vector<double> pixels;
    for (int y = 0; y < 16; ++y) {
        for (int x = 0; x < 16; ++x)
            pixels.push_back(see(image.pixel(x, y)));
    }
    return pixels;
}

double grey(QRgb pixel)
{
    return (0.2126 * qRed(pixel) + 0.7152 * qGreen(pixel) + 0.0722 * qBlue(pixel)) / 255;
}

/// What an eye without the green cones tells apart best (Viénot, Brettel and Mollon 1999): red and green become one yellow.
double deuteranope(QRgb pixel)
{
    const auto linear = [](int part) { return std::pow(part / 255.0, 2.2); };
    const double yellow = 0.29275 * linear(qRed(pixel)) + 0.70725 * linear(qGreen(pixel));
    return (std::pow(yellow, 1 / 2.2) * 2 + qBlue(pixel) / 255.0) / 3;
}

/// 0: the same; 1: black against white everywhere.
double distance(const std::vector<double>& a, const std::vector<double>& b)
{
    double sum = 0;
    for (std::size_t i = 0; i < a.size(); ++i)
        sum += (a[i] - b[i]) * (a[i] - b[i]);
    return std::sqrt(sum / static_cast<double>(a.size()));
}

} // namespace

class TestTheme : public QObject
{
    Q_OBJECT
private:
    QPalette m_before;

    /// The least distance of two of them; says which.
    template <class List, class Icon>
    std::pair<double, QString> closest(const List& list, Icon icon, double (*see)(QRgb))
    {
        std::pair<double, QString> least{1, {}};
        for (std::size_t a = 0; a < list.size(); ++a) {
            for (std::size_t b = a + 1; b < list.size(); ++b) {
                const QColor background = QApplication::palette().color(QPalette::Base);
                const double apart = distance(seen(icon(list[a]), background, see), seen(icon(list[b]), background, see));
                if (apart < least.first)
                    least = {apart, QStringLiteral("%1 and %2: %3").arg(a).arg(b).arg(apart)};
            }
        }
        return least;
    }

private Q_SLOTS:
    void init() { m_before = QApplication::palette(); }
    void cleanup() { QApplication::setPalette(m_before); }

    void everyDrawingIsSoundAndSquare()
    {
        int count = 0;
        QDirIterator files(QStringLiteral(":/turnspit/icons"), {QStringLiteral("*.svg")}, QDir::Files,
                           QDirIterator::Subdirectories);
        while (files.hasNext()) {
            QSvgRenderer renderer(files.next());
            QVERIFY2(renderer.isValid(), qPrintable(files.filePath()));
            QCOMPARE(renderer.viewBoxF().width(), renderer.viewBoxF().height());
            ++count;
        }
        QVERIFY(count > 60);
    }

    void everyStateOutcomeAndTrayShapeHasADrawing()
    {
        const auto drawn = [](const QIcon& icon) {
            const QImage image = icon.pixmap(QSize(32, 32), 1.0).toImage();
            for (int y = 0; y < image.height(); ++y) {
                for (int x = 0; x < image.width(); ++x) {
                    if (qAlpha(image.pixel(x, y)) > 200)
                        return true;
                }
            }
            return false;
        };
        for (const ServiceState state : states)
            QVERIFY2(drawn(stateIcon(state)), toString(state).data());
        for (const Outcome outcome : ends)
            QVERIFY2(drawn(outcomeIcon(outcome)), toString(outcome).data());
        for (const TrayShape shape : trays) {
            QVERIFY(drawn(trayIcon(shape)));
            QVERIFY(drawn(traySymbol(shape, Qt::white)));
        }
        QVERIFY(drawn(productIcon()));
        QVERIFY(drawn(actionIcon(QStringLiteral("start"))));
        QVERIFY(actionIcon(QStringLiteral("no-such-thing")).isNull());
    }

    void noColourOfOursIsHardToSee()
    {
        for (const auto& [name, palette] : palettes()) {
            for (const auto role : {QPalette::Base, QPalette::AlternateBase, QPalette::Window}) {
                const QColor behind = palette.color(role);
                for (const ServiceState state : states) {
                    const QString what = QStringLiteral("%1, %2 on %3")
                                             .arg(QLatin1String(name), QLatin1String(toString(state).data()), behind.name());
                    QVERIFY2(tones::contrast(tones::ofState(state, palette), behind) >= 3, qPrintable(what));
                    QVERIFY2(tones::contrast(tones::ofText(state, palette), behind) >= 4.5, qPrintable(what));
                }
                for (const Outcome outcome : ends)
                    QVERIFY2(tones::contrast(tones::ofOutcome(outcome, palette), behind) >= 3, name);
            }
        }
    }

    void textStaysReadableOnTheTintOfTheErrorStream()
    {
        for (const auto& [name, palette] : palettes()) {
            const QColor tint = tones::errorStreamTint(tones::isDark(palette));
            QImage pixel(1, 1, QImage::Format_RGB32);
            pixel.fill(palette.color(QPalette::Base));
            QPainter(&pixel).fillRect(pixel.rect(), tint);
            QVERIFY2(tones::contrast(palette.color(QPalette::Text), pixel.pixelColor(0, 0)) >= 4.5, name);
        }
    }

    void hintsInEmptyFieldsCanBeReadWhateverTheDesktopSays()
    {
        for (const auto& [name, palette] : palettes()) {
            for (const QRgb hint : {0xff000000, 0x80000000, 0x80ffffff, 0xff7f7f7f}) {
                QPalette given = palette;
                given.setColor(QPalette::PlaceholderText, QColor::fromRgba(hint));
                QImage pixel(1, 1, QImage::Format_RGB32);
                pixel.fill(palette.color(QPalette::Base));
                QPainter(&pixel).fillRect(pixel.rect(), tones::withReadableHints(given).color(QPalette::PlaceholderText));
                QVERIFY2(tones::contrast(pixel.pixelColor(0, 0), palette.color(QPalette::Base)) >= 2.9, name);
            }
        }
    }

    void thePaletteIsMendedAgainWhenItChanges()
    {
        const PaletteCare care;
        QPalette dark = palettes()[1].second;
        dark.setColor(QPalette::PlaceholderText, QColor(0x101010));
        QApplication::setPalette(dark);
        QVERIFY(tones::contrast(QApplication::palette().color(QPalette::PlaceholderText), dark.color(QPalette::Base)) >= 4.5);
        QPalette light = palettes()[0].second;
        light.setColor(QPalette::PlaceholderText, QColor(0x707070));
        QApplication::setPalette(light);
        QCOMPARE(QApplication::palette().color(QPalette::PlaceholderText), QColor(0x707070));
    }

    void onTheCommonPalettesTheTonesAreThoseOfTheDesign()
    {
        const auto all = palettes();
        for (const ServiceState state : states) {
            QCOMPARE(tones::ofState(state, all[0].second), tones::ofState(state, false));
            QCOMPARE(tones::ofState(state, all[1].second), tones::ofState(state, true));
        }
    }

    void withoutColourTheTenStatesAreTenShapes()
    {
        for (const auto& [name, palette] : palettes()) {
            QApplication::setPalette(palette);
            for (double (*see)(QRgb) : {grey, deuteranope}) {
                const auto [least, which] = closest(
                    states, [](ServiceState state) { return stateIcon(state); }, see);
                QVERIFY2(least >= 0.1, qPrintable(which));
            }
        }
    }

    void withoutColourTheOutcomesAndTrayShapesDiffer()
    {
        QApplication::setPalette(palettes()[0].second);
        const auto [ofEnds, end] = closest(
            ends, [](Outcome outcome) { return outcomeIcon(outcome); }, grey);
        QVERIFY2(ofEnds >= 0.1, qPrintable(end));
        const auto [ofTrays, tray] = closest(
            trays, [](TrayShape shape) { return traySymbol(shape, Qt::black); }, grey);
        QVERIFY2(ofTrays >= 0.1, qPrintable(tray));
        const auto [ofPlates, plate] = closest(
            trays, [](TrayShape shape) { return trayIcon(shape); }, grey);
        QVERIFY2(ofPlates >= 0.05, qPrintable(plate));
    }

    void iconsFollowThePaletteOfTheMoment()
    {
        const QIcon icon = stateIcon(ServiceState::Failed);
        const auto centre = [&] { return icon.pixmap(QSize(48, 48), 1.0).toImage().pixelColor(6, 24); };
        QApplication::setPalette(palettes()[0].second);
        QCOMPARE(centre(), tones::ofState(ServiceState::Failed, false));
        QApplication::setPalette(palettes()[1].second);
        QCOMPARE(centre(), tones::ofState(ServiceState::Failed, true));
    }

    void iconsHaveAllPixelsOfADenseScreen()
    {
        const QPixmap pixmap = stateIcon(ServiceState::Running).pixmap(QSize(16, 16), 2.0);
        QCOMPARE(pixmap.size(), QSize(32, 32));
        QCOMPARE(pixmap.devicePixelRatio(), 2.0);
        QCOMPARE(productIcon().pixmap(QSize(48, 48), 2.0).size(), QSize(96, 96));
    }

    void aDrawingIsRenderedOnceForEachSizeAndColour()
    {
        const QPixmap once = glyphPixmap(QStringLiteral("state/running"), QSize(16, 16), Qt::red);
        QCOMPARE(glyphPixmap(QStringLiteral("state/running"), QSize(16, 16), Qt::red).cacheKey(), once.cacheKey());
        QVERIFY(glyphPixmap(QStringLiteral("state/running"), QSize(16, 16), Qt::blue).cacheKey() != once.cacheKey());
    }

    void aFlagAddsAMarkAndTheMostUrgentWins()
    {
        const auto image = [](const QStringList& flags) {
            return stateIcon(ServiceState::Running, flags).pixmap(QSize(16, 16), 1.0).toImage();
        };
        QCOMPARE(image({}), stateIcon(ServiceState::Running).pixmap(QSize(16, 16), 1.0).toImage());
        const QImage unhealthy = image({QStringLiteral("unhealthy")});
        QVERIFY(unhealthy != image({}));
        QCOMPARE(image({QStringLiteral("adopted"), QStringLiteral("held"), QStringLiteral("unhealthy")}), unhealthy);
        for (const char* flag : {"adopted", "changed", "file-broken", "held"})
            QVERIFY2(image({QLatin1String(flag)}) != image({}), flag);
    }

    /// Contact sheets to look at, where somebody asks for them.
    void picturesForTheEye()
    {
        const QString folder = qEnvironmentVariable("TURNSPIT_PICTURES");
        if (folder.isEmpty())
            QSKIP("TURNSPIT_PICTURES names no folder");
        std::vector<std::pair<QString, QIcon>> icons;
        for (const ServiceState state : states)
            icons.emplace_back(QLatin1String(toString(state).data()), stateIcon(state));
        for (const char* flag : {"unhealthy", "file-broken", "changed", "adopted", "held"})
            icons.emplace_back(QLatin1String(flag), stateIcon(ServiceState::Running, {QLatin1String(flag)}));
        for (const Outcome outcome : ends)
            icons.emplace_back(QLatin1String(toString(outcome).data()), outcomeIcon(outcome));
        for (const QString& file : QDir(QStringLiteral(":/turnspit/icons/action")).entryList(QDir::Files)) {
            if (!file.endsWith(QLatin1String("-24.svg")))
                icons.emplace_back(file.chopped(4), actionIcon(file.chopped(4)));
        }
        for (const TrayShape shape : trays)
            icons.emplace_back(QStringLiteral("tray"), trayIcon(shape));
        icons.emplace_back(QStringLiteral("product"), productIcon());
        constexpr int columns = 6;
        constexpr std::array sizes{16, 24, 32, 48};
        for (const char* name : {"light", "dark", "grey"}) {
            const QPalette palette = palettes()[qstrcmp(name, "dark") == 0 ? 1 : 0].second;
            QApplication::setPalette(palette);
            const int rows = (static_cast<int>(icons.size()) + columns - 1) / columns;
            QImage sheet(columns * 190, rows * 76, QImage::Format_RGB32);
            sheet.fill(palette.color(QPalette::Base));
            QPainter painter(&sheet);
            painter.setPen(palette.color(QPalette::Text));
            for (std::size_t i = 0; i < icons.size(); ++i) {
                QPoint at(static_cast<int>(i) % columns * 190 + 8, static_cast<int>(i) / columns * 76 + 4);
                painter.drawText(at + QPoint(0, 12), icons[i].first);
                for (const int size : sizes) {
                    icons[i].second.paint(&painter, QRect(at + QPoint(0, 18), QSize(size, size)));
                    at.rx() += size + 10;
                }
            }
            painter.end();
            if (qstrcmp(name, "grey") == 0)
                sheet = sheet.convertToFormat(QImage::Format_Grayscale8);
            QVERIFY(sheet.save(QDir(folder).filePath(QStringLiteral("icons-%1.png").arg(QLatin1String(name)))));
        }
    }
};

QTEST_MAIN(TestTheme)
#include "tst_theme.moc"
