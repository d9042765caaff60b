#include <ui/theme/icons.h>

#include <ui/theme/glyph.h>
#include <ui/theme/tones.h>

#include <QFile>
#include <QIconEngine>
#include <QPainter>
#include <QPalette>

namespace turnspit {
namespace {

QString nameOf(Outcome outcome)
{
    const std::string_view word = toString(outcome);
    return QStringLiteral("outcome/") + QLatin1String(word.data(), static_cast<int>(word.size()));
}

QString nameOf(TrayShape shape)
{
    switch (shape) {
    case TrayShape::Outline:
        return QStringLiteral("outline");
    case TrayShape::Filled:
        return QStringLiteral("filled");
    case TrayShape::Working:
        return QStringLiteral("working");
    case TrayShape::Failed:
        return QStringLiteral("failed");
    case TrayShape::Held:
        return QStringLiteral("held");
    case TrayShape::Unreachable:
        return QStringLiteral("unreachable");
    }
    return {};
}

/// A drawing in its own colours, with a plainer one for small sizes.
class PictureEngine final : public QIconEngine
{
public:
    PictureEngine(const QString& small, const QString& large) : m_small(small), m_large(large) {}

    QPixmap pixmap(const QSize& size, QIcon::Mode, QIcon::State) override
    {
        return picturePixmap(std::min(size.width(), size.height()) <= 32 ? m_small : m_large, size);
    }

    void paint(QPainter* painter, const QRect& rect, QIcon::Mode mode, QIcon::State state) override
    {
        painter->drawPixmap(rect, pixmap((QSizeF(rect.size()) * painter->device()->devicePixelRatioF()).toSize(), mode, state));
    }

    QList<QSize> availableSizes(QIcon::Mode, QIcon::State) override
    {
        QList<QSize> sizes;
        for (const int side : {16, 22, 24, 32, 48, 64, 128, 256})
            sizes += QSize(side, side);
        return sizes;
    }

    QIconEngine* clone() const override { return new PictureEngine(*this); }

private:
    QString m_small;
    QString m_large;
};

} // namespace

QIcon outcomeIcon(Outcome outcome)
{
    return glyphIcon([outcome](const QPalette& palette) {
        return GlyphLook{nameOf(outcome), {}, tones::ofOutcome(outcome, palette), {}};
    });
}

void paintOutcome(QPainter& painter, const QRectF& square, Outcome outcome, const QColor& color)
{
    paintGlyph(painter, square, nameOf(outcome), color);
}

QIcon actionIcon(const QString& name)
{
    const QString glyph = QStringLiteral("action/") + name;
    if (!QFile::exists(QStringLiteral(":/turnspit/icons/%1.svg").arg(glyph)))
        return {};
    return glyphIcon([glyph](const QPalette& palette) { return GlyphLook{glyph, {}, palette.color(QPalette::ButtonText), {}}; });
}

QIcon trayIcon(TrayShape shape)
{
    const QString name = QStringLiteral("tray/color/") + nameOf(shape);
    return QIcon(new PictureEngine(name, name));
}

QIcon traySymbol(TrayShape shape, const QColor& color)
{
    return glyphIcon([name = QString(QStringLiteral("tray/") + nameOf(shape)), color](const QPalette&) {
        return GlyphLook{name, {}, color, {}};
    });
}

QString traySymbolName(TrayShape shape)
{
    return QStringLiteral("org.turnspit.Turnspit-tray-%1-symbolic").arg(nameOf(shape));
}

QIcon productIcon()
{
    return QIcon(new PictureEngine(QStringLiteral("app/small"), QStringLiteral("app/org.turnspit.Turnspit")));
}

} // namespace turnspit
