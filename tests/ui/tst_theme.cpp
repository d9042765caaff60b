#include "palettes.h"

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

using Light = std::array<double, 3>; ///< red, green and blue, 0 to 1
using See = Light (*)(const Light&);

/// Icons nearer than this look alike at 16 pixels: that much is one pixel in twenty-five drawn in the one and blank in the other.
constexpr double leastApart = 0.2;

double linear(double part) { return part <= 0.04045 ? part / 12.92 : std::pow((part + 0.055) / 1.055, 2.4); }
double gamma(double part) { return part <= 0.0031308 ? part * 12.92 : 1.055 * std::pow(part, 1 / 2.4) - 0.055; }

Light grey(const Light& light)
{
    const double one = gamma(0.2126 * linear(light[0]) + 0.7152 * linear(light[1]) + 0.0722 * linear(light[2]));
    return {one, one, one};
}

/// What an eye without the green cones sees (Machado, Oliveira and Fernandes 2009, severity 1).
Light deuteranope(const Light& light)
{
    constexpr std::array<Light, 3> matrix{{{0.367322, 0.860646, -0.227968}, {0.280085, 0.672501, 0.047413}, {-0.011820, 0.042940, 0.968881}}};
    Light out{};
    for (std::size_t to = 0; to < 3; ++to) {
        for (std::size_t from = 0; from < 3; ++from)
            out.at(to) += matrix.at(to).at(from) * linear(light.at(from));
        out.at(to) = gamma(std::clamp(out.at(to), 0.0, 1.0));
    }
    return out;
}

/// An icon on its background as an eye sees it, its ink from 0 to 1 where it is strongest: what is left when neither hue nor brightness
/// say anything.
std::vector<double> inkOf(const QIcon& icon, const QColor& background, See see)
{
    QImage image(16, 16, QImage::Format_RGB32);
    image.fill(background);
    QPainter painter(&image);
    painter.drawPixmap(0, 0, icon.pixmap(QSize(16, 16), 1.0));
    painter.end();
    const auto lightOf = [see](const QColor& color) { return see({color.redF(), color.greenF(), color.blueF()}); };
    const Light ground = lightOf(background);
    std::vector<double> ink;
    for (int y = 0; y < 16; ++y) {
        for (int x = 0; x < 16; ++x) {
            const Light light = lightOf(image.pixelColor(x, y));
            ink.push_back(std::hypot(light[0] - ground[0], light[1] - ground[1], light[2] - ground[2]));
        }
    }
    const double strongest = *std::ranges::max_element(ink);
    for (double& pixel : ink)
        pixel /= std::max(strongest, 0.05);
    return ink;
}

/// 0: the same; 1: ink everywhere in the one, nowhere in the other.
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

    using Named = std::vector<std::pair<QString, QIcon>>;

    /// The two that are nearest to each other.
    static std::pair<double, QString> closest(const Named& icons, See see)
    {
        const QColor background = QApplication::palette().color(QPalette::Base);
        std::vector<std::vector<double>> images;
        for (const auto& [name, icon] : icons)
            images.push_back(inkOf(icon, background, see));
        std::pair<double, QString> least{1, {}};
        for (std::size_t a = 0; a < icons.size(); ++a) {
            for (std::size_t b = a + 1; b < icons.size(); ++b) {
                if (const double apart = distance(images[a], images[b]); apart < least.first)
                    least = {apart, QStringLiteral("%1 and %2: %3").arg(icons[a].first, icons[b].first).arg(apart, 0, 'f', 3)};
            }
        }
        return least;
    }

    template <class List, class Icon>
    static Named named(const List& list, Icon icon)
    {
        Named all;
        for (const auto value : list) {
            if constexpr (requires { toString(value); })
                all.emplace_back(QLatin1String(toString(value).data()), icon(value));
            else
                all.emplace_back(QString::number(static_cast<int>(value)), icon(value));
        }
        return all;
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
        for (const auto& [name, palette] : palettes::all()) {
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
        for (const auto& [name, palette] : palettes::all()) {
            const QColor tint = tones::errorStreamTint(tones::isDark(palette));
            QImage pixel(1, 1, QImage::Format_RGB32);
            pixel.fill(palette.color(QPalette::Base));
            QPainter(&pixel).fillRect(pixel.rect(), tint);
            QVERIFY2(tones::contrast(palette.color(QPalette::Text), pixel.pixelColor(0, 0)) >= 4.5, name);
        }
    }

    void hintsInEmptyFieldsCanBeReadWhateverTheDesktopSays()
    {
        for (const auto& [name, palette] : palettes::all()) {
            for (const QRgb hint : {0xff000000, 0x80000000, 0x80ffffff, 0xff7f7f7f}) {
                QPalette given = palette;
                given.setColor(QPalette::PlaceholderText, QColor::fromRgba(hint));
                QImage pixel(1, 1, QImage::Format_RGB32);
                pixel.fill(palette.color(QPalette::Base));
                QPainter(&pixel).fillRect(pixel.rect(), tones::withReadableHints(given).color(QPalette::PlaceholderText));
                QVERIFY2(tones::contrast(pixel.pixelColor(0, 0), palette.color(QPalette::Base)) >= 4.4, name);
            }
        }
    }

    void thePaletteIsMendedAgainWhenItChanges()
    {
        const PaletteCare care;
        QPalette dark = palettes::dark();
        dark.setColor(QPalette::PlaceholderText, QColor(0x101010));
        QApplication::setPalette(dark);
        QVERIFY(tones::contrast(QApplication::palette().color(QPalette::PlaceholderText), dark.color(QPalette::Base)) >= 4.5);
        QPalette light = palettes::light();
        light.setColor(QPalette::PlaceholderText, QColor(0x606060));
        QApplication::setPalette(light);
        QCOMPARE(QApplication::palette().color(QPalette::PlaceholderText), QColor(0x606060));
    }

    void onTheCommonPalettesTheTonesAreThoseOfTheDesign()
    {
        for (const ServiceState state : states) {
            QCOMPARE(tones::ofState(state, palettes::light()), tones::ofState(state, false));
            QCOMPARE(tones::ofState(state, palettes::dark()), tones::ofState(state, true));
        }
    }

    void withoutColourTheTenStatesAreTenShapes()
    {
        for (const auto& [name, palette] : palettes::all()) {
            QApplication::setPalette(palette);
            const Named icons = named(states, [](ServiceState state) { return stateIcon(state); });
            for (const auto& [how, see] : {std::pair<const char*, See>("grey", grey), std::pair<const char*, See>("deuteranopia", deuteranope)}) {
                const auto [least, which] = closest(icons, see);
                qInfo("%s, %s: nearest are %s", name, how, qPrintable(which));
                QVERIFY2(least >= leastApart, qPrintable(which));
            }
        }
    }

    void iconsThatAreAlikeButForTheirColourAreFound()
    {
        QApplication::setPalette(palettes::light());
        Named icons = named(states, [](ServiceState state) { return stateIcon(state); });
        const auto tinted = [](ServiceState tone) {
            return glyphIcon([tone](const QPalette& palette) { return GlyphLook{QStringLiteral("state/failed"), {}, tones::ofState(tone, palette), {}}; });
        };
        icons.emplace_back(QStringLiteral("failed in green"), tinted(ServiceState::Running));
        for (const See see : {grey, deuteranope}) {
            const auto [least, which] = closest(icons, see);
            QVERIFY2(least < leastApart, qPrintable(which));
            QVERIFY2(which.startsWith(u"failed and failed in green"), qPrintable(which));
        }
    }

    void withoutColourTheOutcomesAndTrayShapesDiffer()
    {
        QApplication::setPalette(palettes::light());
        for (const See see : {grey, deuteranope}) {
            const auto [ofEnds, end] = closest(named(ends, [](Outcome outcome) { return outcomeIcon(outcome); }), see);
            QVERIFY2(ofEnds >= leastApart, qPrintable(end));
            const auto [ofTrays, tray] = closest(named(trays, [](TrayShape shape) { return traySymbol(shape, Qt::black); }), see);
            QVERIFY2(ofTrays >= leastApart, qPrintable(tray));
            const auto [ofPlates, plate] = closest(named(trays, [](TrayShape shape) { return trayIcon(shape); }), see);
            QVERIFY2(ofPlates >= leastApart / 2, qPrintable(plate));
        }
    }

    void iconsFollowThePaletteOfTheMoment()
    {
        const QIcon icon = stateIcon(ServiceState::Failed);
        const auto centre = [&] { return icon.pixmap(QSize(48, 48), 1.0).toImage().pixelColor(6, 24); };
        QApplication::setPalette(palettes::light());
        QCOMPARE(centre(), tones::ofState(ServiceState::Failed, false));
        QApplication::setPalette(palettes::dark());
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
            const QPalette palette = qstrcmp(name, "dark") == 0 ? palettes::dark() : palettes::light();
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
